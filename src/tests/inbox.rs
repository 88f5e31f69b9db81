//! The inbox: what people write, each person once, read and answered for the whole organization.

use usher_core::Error;
use usher_core::ids::ContactId;
use usher_core::inbox::{self, Listed, Meaning, Show, Written};
use usher_core::people::{Person, Role};

use crate::harness::{Gala, TestApp, each_engine};

const GUEST: &str = "+15552340500";
const OTHER: &str = "+15552340501";

impl TestApp {
    async fn inbox(&self, show: Show) -> Vec<Listed> {
        inbox::list(&self.service.store, self.ana.org_id, show, None).await.expect("an inbox").rows
    }

    async fn unread(&self, person: &Person) -> i64 {
        inbox::unread(&self.service.store, person.org_id).await.expect("a number")
    }

    async fn contact(&self, gala: &Gala, guest: usize) -> ContactId {
        let attendee = gala.attendees[guest];
        usher_core::attendees::find(&self.service.store, self.ana.org_id, gala.id, attendee)
            .await
            .expect("a guest")
            .contact_id
    }
}

fn words(body: &str) -> Written {
    Written { body: body.into(), ..Written::default() }
}

fn bodies(listed: &[Listed]) -> Vec<&str> {
    listed.iter().map(|listed| listed.body.as_str()).collect()
}

#[tokio::test]
async fn each_person_stands_once_with_their_newest_text_first() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        for (from, words) in
            [(GUEST, "Who else comes?"), (OTHER, "Late by ten"), (GUEST, "Two seats please 🙏")]
        {
            app.text_from(from, words).await;
        }
        let listed = app.inbox(Show::All).await;
        assert_eq!(bodies(&listed), ["Two seats please 🙏", "Late by ten"]);
        assert_eq!(listed[0].event_name.as_deref(), Some("Gala"), "the event of the last text to them");
        assert!(listed.iter().all(|listed| listed.unread && listed.to_answer));
        assert_eq!(app.unread(&app.ana).await, 2, "people, not texts");
    })
    .await;
}

#[tokio::test]
async fn what_is_read_is_read_for_everybody_and_waits_until_it_is_answered_or_handled() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        app.text_from(GUEST, "Is there parking?").await;
        app.text_from(OTHER, "Thanks!").await;
        let sam = app.db_colleague("sam@foundry.example", Role::Staff).await;
        let (guest, other) = (app.contact(&gala, 0).await, app.contact(&gala, 1).await);
        let thread = inbox::open(&app.service, &sam, guest, None).await.expect("a conversation");
        assert_eq!(thread.texts.len(), 1);
        assert_eq!(app.unread(&app.ana).await, 1);
        assert_eq!(app.inbox(Show::ToAnswer).await.len(), 2);

        let refused = inbox::answer(&app.service, &sam, guest, &words("Yes")).await;
        assert!(matches!(refused, Err(Error::NotAllowed(_))), "staff read and mark as handled");
        assert!(inbox::handled(&app.service, &sam, other, None).await.expect("handled"));
        assert!(!inbox::handled(&app.service, &sam, other, None).await.expect("handled before"));
        assert!(matches!(
            inbox::answer(&app.service, &app.ana, guest, &words(" ")).await,
            Err(Error::Invalid(_))
        ));
        inbox::answer(&app.service, &app.ana, guest, &words("Yes, behind the house."))
            .await
            .expect("an answer");
        assert!(app.inbox(Show::ToAnswer).await.is_empty());
        assert_eq!((app.unread(&app.ana).await, app.run_outbox().await), (0, 1));
        assert_eq!(app.twilio.messages_to(GUEST)[0].body, "Yes, behind the house.");
        app.text_from(GUEST, "Great").await;
        assert_eq!(bodies(&app.inbox(Show::ToAnswer).await), ["Great"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_obeyed_by_itself_asks_nobody_and_what_may_mean_more_does() {
    each_engine(async |app| {
        app.gala(2).await;
        for (words, meaning, unread) in [
            ("STOP", Some(Meaning::Stop), 0),
            ("START", Some(Meaning::Start), 0),
            ("HELP", Some(Meaning::Help), 0),
            ("YES", None, 1),
            ("CANCEL", Some(Meaning::MayMeanSeat), 1),
            ("start", Some(Meaning::Start), 1),
        ] {
            app.text_from(GUEST, words).await;
            assert_eq!(app.inbox(Show::All).await[0].meaning(), meaning, "{words}");
            assert_eq!(app.unread(&app.ana).await, unread, "{words}");
        }
        app.text_from(OTHER, "please cancel my seat").await;
        assert_eq!(app.inbox(Show::OptOuts).await[0].meaning(), Some(Meaning::MayOptOut));
        assert_eq!(app.unread(&app.ana).await, 2);
    })
    .await;
}

#[tokio::test]
async fn who_may_not_be_texted_gets_no_answer_and_a_sentence_says_why() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let guest = app.contact(&gala, 0).await;
        app.text_from(GUEST, "I want out of this list, opt me out of it").await;
        inbox::opt_out(&app.service, &app.ana, guest, None, None).await.expect("opted out");
        let refused = inbox::answer(&app.service, &app.ana, guest, &words("Sure")).await;
        assert!(matches!(refused, Err(Error::Refused(why)) if why.contains("list of opt-outs")));
        app.text_from(GUEST, "STOP").await;
        let page = app.browser_of(&app.ana).await.page(&format!("/inbox?thread={guest}")).await;
        assert!(page.attributes("textarea", "id").is_empty(), "nothing to write into");
        assert_eq!(app.run_outbox().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_strangers_conversation_is_not_found() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.text_from(GUEST, "Hello").await;
        app.send(&gala, gala.guest(), "Doors at 7").await;
        app.text_from(GUEST, "Hello").await;
        let eve = app.db_stranger().await;
        let guest = app.contact(&gala, 0).await;
        assert!(matches!(inbox::open(&app.service, &eve, guest, None).await, Err(Error::NotFound)));
        assert!(matches!(inbox::answer(&app.service, &eve, guest, &words("Hi")).await, Err(Error::NotFound)));
        assert!(matches!(inbox::handled(&app.service, &eve, guest, None).await, Err(Error::NotFound)));
        assert!(matches!(inbox::opt_out(&app.service, &eve, guest, None, None).await, Err(Error::NotFound)));
        assert_eq!(app.unread(&eve).await, 0);
        let browser = app.browser_of(&eve).await;
        assert_eq!(browser.get(&format!("/inbox?thread={guest}")).await.status, 404);
        browser.page("/inbox").await.says("Nobody has written yet");
    })
    .await;
}

#[tokio::test]
async fn an_organizer_reads_and_answers_on_the_page() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        let ana = app.browser_of(&app.ana).await;
        app.text_from(GUEST, "שלום 🙂").await;
        let guest = app.contact(&gala, 0).await.to_string();
        let list = ana.page("/inbox").await;
        list.says("1 unread conversation");
        list.says("Needs an answer");
        let thread = ana.page(&format!("/inbox?thread={guest}")).await;
        thread.says("שלום 🙂");
        assert_eq!(thread.texts(".bubble h3").len(), 1, "a heading for whoever walks by headings");
        let long = "x".repeat(1_601);
        let refused = ana.submit("/do/answer-person", &[("contact", &*guest), ("body", &*long)]).await;
        assert_eq!(refused.texts("textarea"), [long]);
        let answered = ana.submit("/do/answer-person", &[("contact", &*guest), ("body", "Shalom!")]).await;
        answered.says("The answer is recorded and on its way.");
        assert_eq!(answered.texts(".bubble.ours p"), ["Shalom!"]);
        app.run_outbox().await;
        app.text_from(GUEST, "can I stop by earlier?").await;
        ana.page(&format!("/inbox?thread={guest}")).await.says("They may want to opt out");
        ana.submit("/do/mark-handled", &[("contact", &*guest), ("show", "to-answer")])
            .await
            .says("Nobody waits");
        ana.page("/inbox?show=opt-outs&older=x").await;
        for (action, fields) in
            [("/do/answer-person", [("contact", "x")]), ("/do/opt-out-person", [("contact", "")])]
        {
            ana.submit(action, &fields).await.says("not there any more");
        }
    })
    .await;
}

#[tokio::test]
async fn a_long_conversation_shows_the_newest_texts_and_the_way_to_earlier_ones() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        for n in 1..=53 {
            app.text_from(GUEST, &format!("Question {n}.")).await;
        }
        let thread = format!("/inbox?thread={}", app.contact(&gala, 0).await);
        let ana = app.browser_of(&app.ana).await;
        let page = ana.page(&thread).await;
        let texts = page.texts(".bubble p");
        assert_eq!((texts.len(), &*texts[0], &*texts[49]), (50, "Question 4.", "Question 53."));
        assert_eq!(page.attributes(".to-answer", "href"), ["#body"], "past fifty links");
        let earlier = page.attributes(".conversation .pager a", "href").remove(0);
        let page = ana.page(&earlier).await;
        assert_eq!(page.texts(".bubble p"), ["Question 1.", "Question 2.", "Question 3."]);
        assert_eq!(page.attributes(".conversation .pager a", "href"), [thread]);
        assert!(page.texts("textarea").is_empty(), "whoever looks back has not seen the newest");
    })
    .await;
}

#[tokio::test]
async fn a_text_that_came_after_the_page_was_shown_still_waits_for_an_answer() {
    each_engine(async |app| {
        let gala = app.gala(2).await;
        let ana = app.browser_of(&app.ana).await;
        for (guest, from) in [(0, GUEST), (1, OTHER)] {
            app.text_from(from, "Is there parking?").await;
            let guest = app.contact(&gala, guest).await.to_string();
            let page = ana.page(&format!("/inbox?thread={guest}")).await;
            let seen = page.attributes("form.answer input[name=seen]", "value").remove(0);
            app.text_from(from, "And can I bring a dog?").await;
            let fields = [("contact", &*guest), ("seen", &seen), ("body", "Yes")];
            let action = if from == GUEST { "/do/answer-person" } else { "/do/mark-handled" };
            assert_eq!(ana.post(action, &fields).await.status, 303);
        }
        assert_eq!(app.inbox(Show::ToAnswer).await.len(), 2, "nobody has seen the dogs");
        app.run_outbox().await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_sent_once_however_often_it_is_pressed_and_whoever_else_answers() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.text_from(GUEST, "Is there parking?").await;
        let guest = app.contact(&gala, 0).await.to_string();
        let (ana, omar) = (app.browser_of(&app.ana).await, app.browser_of(&app.ana).await);
        let mut both = Vec::new();
        for browser in [&ana, &omar] {
            let page = browser.page(&format!("/inbox?thread={guest}")).await;
            let hidden =
                |name: &str| page.attributes(&format!("form.answer input[name={name}]"), "value").remove(0);
            both.push((hidden("seen"), hidden("once")));
        }
        let fields = |n: usize, body: &'static str| {
            [("contact", &*guest), ("seen", &*both[n].0), ("once", &*both[n].1), ("body", body)]
        };
        ana.submit("/do/answer-person", &fields(0, "Yes")).await.says("on its way");
        ana.submit("/do/answer-person", &fields(0, "Yes")).await.says("Nothing was sent twice.");
        let late = omar.submit("/do/answer-person", &fields(1, "Behind the house")).await;
        late.says("somebody wrote to them since you opened this page");
        assert_eq!(late.texts("textarea"), ["Behind the house"]);
        assert_eq!(app.run_outbox().await, 1);
        let braces =
            omar.submit("/do/answer-person", &[("contact", &*guest), ("body", "Hi {{first_name}}")]).await;
        braces.says("An answer has no variables.");
    })
    .await;
}

#[tokio::test]
async fn who_wants_out_is_opted_out_though_the_number_is_dead() {
    each_engine(async |app| {
        let gala = app.gala(1).await;
        app.db_run(
            "insert into suppressions (id, org_id, phone, source, sender, reason, created_at)
             select id, org_id, phone, 'dead', '', '', created_at from contacts",
        )
        .await;
        app.text_from(GUEST, "please take me off, opt out of all of it").await;
        let guest = app.contact(&gala, 0).await.to_string();
        let ana = app.browser_of(&app.ana).await;
        let page = ana.page(&format!("/inbox?thread={guest}")).await;
        page.says("They may want to opt out");
        page.says("Opt out this person");
        ana.submit("/do/opt-out-person", &[("contact", &*guest), ("words", "theirs")])
            .await
            .says("They are opted out.");
        let staff = "select count(*) from suppressions where source = 'staff' and lifted_at is null";
        assert_eq!(app.db_number(staff).await, 1);
        let again = ana.submit("/do/opt-out-person", &[("contact", &*guest), ("words", "theirs")]).await;
        assert_eq!(app.db_number(staff).await, 1);
        assert!(again.texts("button").iter().all(|button| button != "Opt out this person"));
    })
    .await;
}
