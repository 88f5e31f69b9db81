//! Doing what a text wishes. STOP binds every organization that uses the sender, since Twilio
//! blocks the sender; START lifts what came through it.

use chrono::{DateTime, Utc};

use super::wish::{Wish, read};
use super::{Inbound, route};
use crate::error::{Error, clean};
use crate::ids::OrgId;
use crate::phones::Phone;
use crate::service::Service;
use crate::store::Tx;
use crate::suppressions::{self, Source};

/// What a wish changed.
#[derive(Debug, Default)]
pub(super) struct Obeyed {
    /// Where the phone got a suppression that it did not have.
    pub suppressed: Vec<OrgId>,
    /// Where one was lifted.
    pub lifted: Vec<OrgId>,
}

pub(super) async fn obey(
    tx: &mut Tx,
    service: &Service,
    phone: &Phone,
    text: &Inbound,
    now: DateTime<Utc>,
) -> Result<Obeyed, Error> {
    let mut obeyed = Obeyed::default();
    match read(&text.body, text.opt_out_type.as_deref()) {
        Wish::Stop { .. } => {
            let mut orgs = route::users_of(tx, service, text).await?;
            orgs.extend(route::find(tx, service, text).await?);
            orgs.sort_unstable();
            orgs.dedup();
            let reason: String = clean(&text.body).chars().take(100).collect();
            let new: Vec<suppressions::New> = orgs
                .into_iter()
                .map(|org_id| suppressions::New {
                    id: service.clock.new_id(),
                    org_id,
                    phone: phone.to_string(),
                    source: Source::Stop,
                    sender: text.sender().to_owned(),
                    reason: format!("They wrote “{reason}”"),
                    at: now,
                })
                .collect();
            obeyed.suppressed = suppressions::add(tx, &new).await?;
        }
        Wish::Start { by_yes } if !(by_yes && is_toll_free(&text.to)) => {
            let senders = [Some(text.to.as_str()), text.messaging_service.as_deref()];
            for sender in senders.into_iter().flatten() {
                obeyed.lifted.extend(suppressions::lift_by_start(tx, phone, sender, now).await?);
            }
        }
        Wish::Start { .. } | Wish::Help | Wish::MaybeStop | Wish::Nothing => {}
    }
    Ok(obeyed)
}

/// North American toll-free numbers keep their opt-outs in the network.
fn is_toll_free(number: &str) -> bool {
    ["800", "833", "844", "855", "866", "877", "888"]
        .iter()
        .any(|code| number.strip_prefix("+1").is_some_and(|rest| rest.starts_with(code)))
}
