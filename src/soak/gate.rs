//! One address before several processes, as a load balancer gives them in production: a callback
//! may reach another process than the one that sent the text.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use reqwest::Client;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::error::{Doing, SoakError};

/// A running balancer; dropping it stops it.
pub(crate) struct Gate {
    /// Its address, as the outside sees the product.
    pub(crate) url: String,
    serving: JoinHandle<()>,
}

struct Behind {
    client: Client,
    processes: Vec<String>,
    turn: AtomicUsize,
}

impl Gate {
    /// Opens it before these `host:port`s.
    pub(crate) async fn open(processes: Vec<String>) -> Result<Self, SoakError> {
        let builder = Client::builder().no_proxy().tls_certs_only([]);
        let client = builder.build().doing("making the balancer's client")?;
        let behind = Arc::new(Behind { client, processes, turn: AtomicUsize::new(0) });
        let listener = TcpListener::bind("127.0.0.1:0").await.doing("opening the balancer")?;
        let url = format!("http://{}", listener.local_addr().doing("opening the balancer")?);
        let routes = Router::new().fallback(pass_on).with_state(behind);
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::error!(%error, "the balancer failed");
            }
        });
        Ok(Self { url, serving })
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Each in turn; one that is down is passed over.
async fn pass_on(
    State(behind): State<Arc<Behind>>,
    method: Method,
    uri: Uri,
    mut headers: HeaderMap,
    body: Bytes,
) -> Response {
    remove_hop(&mut headers);
    headers.remove(header::HOST);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let first = behind.turn.fetch_add(1, Ordering::Relaxed);
    for k in 0..behind.processes.len() {
        let index = first.wrapping_add(k) % behind.processes.len();
        let Some(process) = behind.processes.get(index) else { continue };
        let request = behind.client.request(method.clone(), format!("http://{process}{path}"));
        match request.headers(headers.clone()).body(body.clone()).send().await {
            Ok(answer) => return relay(answer).await,
            Err(error) if error.is_connect() => {}
            Err(_) => return StatusCode::BAD_GATEWAY.into_response(),
        }
    }
    StatusCode::BAD_GATEWAY.into_response()
}

/// What is about one connection is not for the next.
fn remove_hop(headers: &mut HeaderMap) {
    for name in [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION] {
        headers.remove(name);
    }
}

async fn relay(answer: reqwest::Response) -> Response {
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    remove_hop(&mut headers);
    match answer.bytes().await {
        Ok(body) => (status, headers, body).into_response(),
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}
