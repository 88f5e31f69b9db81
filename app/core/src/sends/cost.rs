//! What a send will probably cost: the organization's own median price per segment and country of
//! the last 30 days. No tariff is kept here, since Twilio's change.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::ids::OrgId;
use crate::phones;
use crate::store::{Tx, on_tx};

/// How many of the newest texts are looked at.
const SAMPLE: i64 = 5_000;

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Money {
    /// Decimal, such as `12.34`.
    pub amount: String,
    /// ISO 4217, such as `USD`.
    pub currency: String,
}

/// Segments by the calling code of their country.
#[derive(Clone, Debug, Default)]
pub(super) struct Segments(BTreeMap<u16, i64>);

impl Segments {
    pub(super) fn add(&mut self, phone: &str, segments: i64) {
        *self.0.entry(phones::calling_code(phone).unwrap_or_default()).or_default() += segments;
    }

    pub(super) fn total(&self) -> i64 {
        self.0.values().sum()
    }

    /// What they will cost; `None` if a country has no price yet, or prices are in two currencies.
    pub(super) async fn cost(
        &self,
        tx: &mut Tx,
        org: OrgId,
        now: DateTime<Utc>,
    ) -> Result<Option<Money>, sqlx::Error> {
        let sql = "select to_phone, segments, price, price_unit from
             (select to_phone, segments, price, price_unit, created_at from messages
               where org_id = $1 and counts and direction = 'out' order by id desc limit $3) newest
             where price is not null and price_unit is not null and segments > 0 and created_at > $2";
        let priced: Vec<(String, i64, String, String)> = on_tx!(tx, |ex| sqlx::query_as(sql)
            .bind(org)
            .bind(now - TimeDelta::days(30))
            .bind(SAMPLE)
            .fetch_all(ex)
            .await)?;
        let mut prices: BTreeMap<u16, Vec<i64>> = BTreeMap::new();
        let mut currency: Option<String> = None;
        for (phone, segments, price, unit) in priced {
            let Some(millionths) = millionths(&price) else { continue };
            if currency.get_or_insert_with(|| unit.clone()) != &unit {
                return Ok(None);
            }
            let country = phones::calling_code(&phone).unwrap_or_default();
            prices.entry(country).or_default().push(millionths / segments);
        }
        Ok(currency.and_then(|currency| self.priced(prices, currency)))
    }

    fn priced(&self, mut prices: BTreeMap<u16, Vec<i64>>, currency: String) -> Option<Money> {
        let mut sum = 0_i64;
        for (country, segments) in &self.0 {
            let known = prices.get_mut(country)?;
            known.sort_unstable();
            sum = sum.checked_add(known.get(known.len() / 2)?.checked_mul(*segments)?)?;
        }
        Some(Money::of_millionths(sum, currency))
    }
}

impl Money {
    /// To the cent, rounded up: an estimate must not please.
    pub(super) fn of_millionths(sum: i64, currency: String) -> Self {
        let cents = (sum + 9_999) / 10_000;
        Self { amount: format!("{}.{:02}", cents / 100, cents % 100), currency }
    }
}

/// Millionths of an amount as Twilio writes it, such as `-0.00750`; without the sign, which says
/// that it is a charge.
pub(super) fn millionths(price: &str) -> Option<i64> {
    let price = price.trim().trim_start_matches('-');
    let (whole, fraction) = price.split_once('.').unwrap_or((price, ""));
    let digits: String = fraction.chars().chain(std::iter::repeat('0')).take(6).collect();
    let whole: i64 = whole.parse().ok()?;
    whole.checked_mul(1_000_000)?.checked_add(digits.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_as_twilio_writes_them() {
        assert_eq!(millionths("-0.00750"), Some(7_500));
        assert_eq!(millionths("1"), Some(1_000_000));
        assert_eq!(millionths("0.0079001"), Some(7_900));
        assert_eq!(millionths("free"), None);
    }

    #[test]
    fn each_country_costs_its_own_median() {
        let mut segments = Segments::default();
        segments.add("+15551234567", 100);
        segments.add("+4915112345678", 10);
        let prices = BTreeMap::from([(1, vec![7_900, 7_500, 80_000]), (49, vec![90_000])]);
        let usd = || "USD".to_owned();
        let money = segments.priced(prices, usd()).expect("a price");
        assert_eq!((money.amount.as_str(), money.currency.as_str()), ("1.69", "USD"));
        assert_eq!(segments.priced(BTreeMap::from([(1, vec![7_900])]), usd()), None, "no price for Germany");
    }
}
