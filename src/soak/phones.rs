//! Phones by what becomes of texts to them, which the simulator decides by their last five digits.

/// How many phones there can be: two digits before the five that decide.
const MOST: u64 = 60_000;
/// Of so many phones one is special.
const SPECIAL: u64 = 8;
/// What special phones end in: codes, and `00001` to `00003` as the simulator explains them.
const ENDINGS: [u32; 14] = [
    NO_RECEIPT,
    30_003,
    30_006,
    21_610,
    30_005,
    CONTRADICTS,
    30_007,
    21_211,
    30_034,
    STUCK,
    30_008,
    21_614,
    30_004,
    21_408,
];

/// Never gets a receipt.
const NO_RECEIPT: u32 = 1;
/// Never leaves Twilio's queue.
const STUCK: u32 = 2;
/// Undelivered, and delivered after all.
const CONTRADICTS: u32 = 3;

/// The numbers of so many people, all different.
pub(crate) fn numbers(people: u64) -> Vec<String> {
    (0..people.min(MOST)).map(number).collect()
}

fn number(n: u64) -> String {
    let kinds = u64::try_from(ENDINGS.len()).unwrap_or(1);
    let special = n / SPECIAL;
    let prefix = special / kinds;
    if n.is_multiple_of(SPECIAL) && prefix < 90 {
        let kind = usize::try_from(special % kinds).unwrap_or_default();
        return format!("+1555{:02}{:05}", 10 + prefix, ENDINGS.get(kind).copied().unwrap_or(NO_RECEIPT));
    }
    // Below 10000 there are no codes.
    format!("+1555{:02}{:05}", 20 + n / 5_000, 4_000 + n % 5_000)
}

/// The last five digits.
pub(crate) fn ending(phone: &str) -> Option<u32> {
    phone.get(phone.len().checked_sub(5)?..)?.parse().ok()
}

/// Whether a text to this phone never has a final status at Twilio.
pub(crate) fn never_ends(phone: &str) -> bool {
    matches!(ending(phone), Some(NO_RECEIPT | STUCK))
}

/// The code with which Twilio refuses every text to this phone, if it does.
pub(crate) fn refused_with(phone: &str) -> Option<i64> {
    ending(phone).filter(|code| (20_000..22_000).contains(code)).map(i64::from)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn numbers_differ_and_some_are_special() {
        let numbers = numbers(12_000);
        assert_eq!(numbers.iter().collect::<HashSet<_>>().len(), 12_000);
        assert!(numbers.iter().all(|number| number.len() == 12));
        assert!(numbers.iter().any(|number| never_ends(number)));
        assert!(numbers.iter().any(|number| refused_with(number) == Some(21_610)));
    }
}
