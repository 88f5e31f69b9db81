//! Texts from people. The answer is an empty TwiML document: anything else would be sent to them.

use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use usher_core::Service;
use usher_core::inbound::{self, Inbound};

use super::{Refusal, check, first, is_plausible_sid, one, payload};
use crate::http::App;

/// `POST /api/webhooks/twilio/inbound`.
pub(in crate::http) async fn inbound(State(app): State<App>, request: Request) -> Response {
    match receive(app.service(), request).await {
        Ok(()) => ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], "<Response/>").into_response(),
        Err(refusal) => {
            tracing::warn!(?refusal, "an inbound text was refused");
            refusal.count(app.service(), "inbound");
            refusal.status().into_response()
        }
    }
}

async fn receive(service: &Service, request: Request) -> Result<(), Refusal> {
    let webhook = check(service, request).await?;
    let params = &webhook.params;
    one(params, "AccountSid")?;
    let sid = one(params, "MessageSid")?.filter(|sid| is_plausible_sid(sid)).ok_or(Refusal::Contradiction)?;
    let text = Inbound {
        account_id: webhook.account_id,
        sid: sid.to_owned(),
        from: first(params, "From").unwrap_or_default(),
        to: first(params, "To").unwrap_or_default(),
        messaging_service: first(params, "MessagingServiceSid").filter(|sid| !sid.is_empty()),
        body: first(params, "Body").unwrap_or_default(),
        opt_out_type: first(params, "OptOutType"),
        payload: payload(params),
    };
    inbound::receive(service, &text).await.map_err(|error| {
        tracing::error!(%error, "an inbound text cannot be stored");
        Refusal::Unavailable
    })
}
