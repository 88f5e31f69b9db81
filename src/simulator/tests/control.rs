//! The switchboard of a simulator that runs alone.

use serde_json::json;

use super::{webhook::Webhook, *};

async fn call(bench: &Bench, method: Method, path: &str, body: Option<Value>) -> Answer {
    let request = bench.http.request(method, format!("{}/_simulator{path}", bench.sim.base_url()));
    let request = match &body {
        Some(body) => request.json(body),
        None => request,
    };
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    Answer { status, json: answer.json().await.unwrap() }
}

#[tokio::test]
async fn faults_and_pace_are_switched_over_http() {
    let bench = Bench::quick().await;
    assert_eq!(call(&bench, Method::GET, "/healthz", None).await.json["status"], "ok");
    let faults = json!({ "rate_limit": { "next": 1 }, "lost_callbacks": 0.25 });
    let put = call(&bench, Method::PUT, "/faults", Some(faults)).await;
    assert_eq!((put.status, &put.json["lost_callbacks"]), (200, &json!(0.25)));
    let form = [("To", PERSON), ("From", NUMBER), ("Body", "x")];
    assert_eq!(bench.create(&form).await.status, 429);
    let left = call(&bench, Method::GET, "/faults", None).await;
    assert_eq!(left.json["rate_limit"], json!({ "next": 0 }));
    for wrong in
        [json!({ "rate_limit": 1.5 }), json!({ "rate_limits": 1 }), json!({ "rate_limit": { "nxt": 1 } })]
    {
        let refused = call(&bench, Method::PUT, "/faults", Some(wrong)).await;
        assert_eq!(refused.status, 422);
        assert!(refused.json["error"].is_string());
    }
    let pace = call(&bench, Method::PUT, "/pace", Some(json!({ "held": true }))).await;
    assert_eq!((pace.status, &pace.json["held"]), (200, &json!(true)));
    assert_eq!(call(&bench, Method::GET, "/requests", None).await.json["rate_limited"], 1);
}

#[tokio::test]
async fn the_log_is_paged_and_texts_are_moved_by_hand() {
    let bench = Bench::new(Pace::held(), Faults::default()).await;
    for n in 0..3 {
        bench.text(PERSON, &format!("text {n}")).await;
    }
    let page = call(&bench, Method::GET, "/messages?limit=2", None).await;
    assert_eq!(page.json["messages"].as_array().unwrap().len(), 2);
    assert_eq!((&page.json["total"], &page.json["next_after"]), (&json!(3), &json!(2)));
    let rest = call(&bench, Method::GET, "/messages?after=2", None).await;
    assert_eq!((rest.text("next_after"), &rest.json["next_after"]), ("", &Value::Null));
    let sid = rest.json["messages"][0]["sid"].as_str().unwrap();
    assert_eq!(rest.json["messages"][0]["body_received"], "text 2");
    let step = json!({ "status": "undelivered", "error_code": 30006 });
    let path = format!("/messages/{sid}/progress");
    let moved = call(&bench, Method::POST, &path, Some(step.clone())).await;
    assert_eq!((moved.status, &moved.json["callback"]), (200, &Value::Null));
    let message = call(&bench, Method::GET, &format!("/messages/{sid}"), None).await;
    assert_eq!((message.text("status"), &message.json["error_code"]), ("undelivered", &30006.into()));
    assert_eq!(call(&bench, Method::POST, "/messages/SM1/progress", Some(step)).await.status, 404);
}

#[tokio::test]
async fn inbound_texts_are_sent_from_the_switchboard() {
    let (bench, hook) = (Bench::quick().await, Webhook::new().await);
    let text = json!({
        "url": hook.base, "account_sid": ACCOUNT, "from": PERSON, "to": NUMBER, "body": "Yes!",
        "opt_out_type": "START", "message_sid": "SM00000000000000000000000000000001",
    });
    for _ in 0..2 {
        let answer = call(&bench, Method::POST, "/inbound", Some(text.clone())).await;
        assert_eq!((answer.status, &answer.json["status"]), (200, &json!(204)));
    }
    let posts = hook.posts();
    assert_eq!(posts[0].get("OptOutType"), "START");
    assert_eq!(posts[0].get("MessageSid"), posts[1].get("MessageSid"));
    let mut nowhere = text;
    nowhere["url"] = json!("http://127.0.0.1:9/");
    let answer = call(&bench, Method::POST, "/inbound", Some(nowhere)).await;
    assert_eq!(answer.status, 502);
    assert!(answer.text("error").contains("cannot be reached"));
}
