//! A database that can be taken away and given back.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// A wire to PostgreSQL that can be cut: what is open breaks, and nothing new gets through.
#[derive(Clone, Default)]
pub struct Wire {
    cut: Arc<AtomicBool>,
    cutting: Arc<Notify>,
}

impl Wire {
    /// Lays a wire to a server; returns where it begins.
    pub async fn to(server: SocketAddr) -> (Self, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let begin = listener.local_addr().expect("an address");
        let wire = Self::default();
        let laid = wire.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let wire = laid.clone();
                tokio::spawn(async move { wire.carry(near, server).await });
            }
        });
        (wire, begin)
    }

    async fn carry(&self, mut near: TcpStream, server: SocketAddr) {
        // A cut wire is silent: nobody is told that the server is away.
        while self.cut.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let Ok(mut far) = TcpStream::connect(server).await else { return };
        tokio::select! {
            ended = copy_bidirectional(&mut near, &mut far) => drop(ended),
            () = self.cutting.notified() => {}
        }
    }

    /// Takes the server away.
    pub fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
        self.cutting.notify_waiters();
    }

    /// Gives it back.
    pub fn mend(&self) {
        self.cut.store(false, Ordering::SeqCst);
    }
}
