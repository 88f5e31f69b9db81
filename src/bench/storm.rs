//! Status callbacks, signed as Twilio signs them and posted over as many connections as are asked
//! for. They are signed before the clock starts: what is measured is the one who checks.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use url::Url;
use uuid::Uuid;

use super::error::{BenchError, Doing};
use super::figures::Times;
use usher_core::twilio::signature;

/// Where callbacks are posted, and who signs them.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// `host:port`.
    address: String,
    /// What the product believes its address to be: it is signed.
    public_url: String,
    account_sid: String,
    auth_token: String,
}

/// A signed callback.
#[derive(Clone, Debug)]
pub(crate) struct Callback {
    path: String,
    signature: String,
    body: Bytes,
}

/// What posting them came to.
#[derive(Debug, Default)]
pub(crate) struct Storm {
    /// From the first byte of each to its answer.
    pub(crate) times: Times,
    /// From the first to the last.
    pub(crate) took: Duration,
    /// Those that were not answered 204.
    pub(crate) refused: usize,
}

impl Storm {
    /// Callbacks stored in a second.
    pub(crate) fn rate(&self) -> f64 {
        (self.times.len() - self.refused) as f64 / self.took.as_secs_f64()
    }
}

impl Target {
    /// Only on this machine: it is a load generator.
    pub(crate) fn new(url: &str, account_sid: &str, auth_token: &str) -> Result<Self, BenchError> {
        let parsed: Url = url.parse().doing("reading the address")?;
        let host = parsed.host_str().unwrap_or_default();
        if !matches!(host, "127.0.0.1" | "localhost" | "[::1]") {
            return Err(BenchError::new("reading the address", format!("{host} is not this machine")));
        }
        let port = parsed.port_or_known_default().unwrap_or(80);
        Ok(Self {
            address: format!("{host}:{port}"),
            public_url: url.trim_end_matches('/').to_owned(),
            account_sid: account_sid.to_owned(),
            auth_token: auth_token.to_owned(),
        })
    }

    /// What Twilio would post about a text.
    pub(crate) fn callback(&self, sid: &str, status: &str, ids: Option<(Uuid, Uuid)>) -> Callback {
        let mut path = "/api/webhooks/twilio/status".to_owned();
        if let Some((text, attempt)) = ids {
            path.push_str(&format!("?m={text}&a={attempt}"));
        }
        let params: Vec<(String, String)> = [
            ("AccountSid", self.account_sid.as_str()),
            ("ApiVersion", "2010-04-01"),
            ("From", "+15550100199"),
            ("MessageSid", sid),
            ("MessageStatus", status),
            ("SmsSid", sid),
            ("SmsStatus", status),
            ("To", "+15550000000"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let signature = signature::sign(&self.auth_token, &format!("{}{path}", self.public_url), &params);
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&params).finish();
        Callback { path, signature, body: body.into() }
    }

    /// Posts all of them; at most `rate` a second, if one is given.
    pub(crate) async fn post(
        &self,
        callbacks: Vec<Callback>,
        connections: usize,
        rate: Option<f64>,
    ) -> Result<Storm, BenchError> {
        let callbacks = Arc::new(callbacks);
        let next = Arc::new(AtomicUsize::new(0));
        let mut senders = Vec::new();
        for _ in 0..connections {
            senders.push(self.connect().await?);
        }
        let began = Instant::now();
        let mut tasks = JoinSet::new();
        for sender in senders {
            let (target, callbacks, next) = (self.clone(), callbacks.clone(), next.clone());
            tasks.spawn(async move { target.post_some(sender, &callbacks, &next, began, rate).await });
        }
        let mut storm = Storm::default();
        while let Some(done) = tasks.join_next().await {
            let (times, refused) = done.doing("posting callbacks")??;
            storm.times.extend(times);
            storm.refused += refused;
        }
        storm.took = began.elapsed();
        Ok(storm)
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, BenchError> {
        let stream = TcpStream::connect(&self.address).await.doing("connecting")?;
        stream.set_nodelay(true).doing("connecting")?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.doing("connecting")?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                eprintln!("bench: a connection ended: {error}");
            }
        });
        Ok(sender)
    }

    async fn post_some(
        &self,
        mut sender: SendRequest<Full<Bytes>>,
        callbacks: &[Callback],
        next: &AtomicUsize,
        began: Instant,
        rate: Option<f64>,
    ) -> Result<(Times, usize), BenchError> {
        let (mut times, mut refused) = (Times::default(), 0);
        loop {
            let k = next.fetch_add(1, Ordering::Relaxed);
            let Some(callback) = callbacks.get(k) else { return Ok((times, refused)) };
            // Late ones count from when they should have gone: a slow answer must not hide the next.
            let mut posted = Instant::now();
            if let Some(rate) = rate {
                posted = began + Duration::from_secs_f64(k as f64 / rate);
                tokio::time::sleep_until(posted.into()).await;
            }
            let request = Request::post(&callback.path)
                .header(header::HOST, &self.address)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8")
                .header("x-twilio-signature", &callback.signature)
                .body(Full::new(callback.body.clone()))
                .doing("making a request")?;
            sender.ready().await.doing("posting a callback")?;
            let answer = sender.send_request(request).await.doing("posting a callback")?;
            refused += usize::from(answer.status() != StatusCode::NO_CONTENT);
            answer.into_body().collect().await.doing("posting a callback")?;
            times.add(posted.elapsed());
        }
    }
}

/// Posts callbacks at a running product.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where the product is, as its PUBLIC_URL says; on this machine only
    #[arg(long, default_value = "http://localhost:3000")]
    url: String,
    /// Its TWILIO_ACCOUNT_SID
    #[arg(long, env = "TWILIO_ACCOUNT_SID")]
    account_sid: String,
    /// Its TWILIO_AUTH_TOKEN
    #[arg(long, env = "TWILIO_AUTH_TOKEN", hide_env_values = true)]
    auth_token: String,
    /// A file of MessageSids, one a line; made-up ones without it, which the product keeps as unlinked
    #[arg(long)]
    sids: Option<std::path::PathBuf>,
    /// Status to report
    #[arg(long, default_value = "delivered")]
    status: String,
    /// Callbacks in all, where no file says how many
    #[arg(long, default_value_t = 10_000)]
    callbacks: usize,
    /// Callbacks a second; as fast as they are answered without it
    #[arg(long)]
    rate: Option<f64>,
    /// Connections, kept alive
    #[arg(long, default_value_t = 64)]
    connections: usize,
}

/// Posts and prints.
pub(crate) async fn run(args: &Args) -> Result<(), BenchError> {
    let target = Target::new(&args.url, &args.account_sid, &args.auth_token)?;
    let sids: Vec<String> = match &args.sids {
        Some(file) => {
            let sids = std::fs::read_to_string(file).doing("reading the file of MessageSids")?;
            sids.lines().map(|sid| sid.trim().to_owned()).filter(|sid| !sid.is_empty()).collect()
        }
        None => (0..args.callbacks).map(|n| format!("SM{n:032x}")).collect(),
    };
    let callbacks = sids.iter().map(|sid| target.callback(sid, &args.status, None)).collect();
    let storm = target.post(callbacks, args.connections, args.rate).await?;
    println!("{:.0} a second, {} refused, {}", storm.rate(), storm.refused, storm.times.percentiles());
    Ok(())
}
