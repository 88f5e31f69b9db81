//! A panic in any task is a finding, whatever was answered.

use std::sync::atomic::{AtomicUsize, Ordering};

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// Counts panics from now on; they are printed as before.
pub(crate) fn count() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        print(panic);
    }));
}

/// How many there were.
pub(crate) fn so_far() -> usize {
    PANICS.load(Ordering::Relaxed)
}
