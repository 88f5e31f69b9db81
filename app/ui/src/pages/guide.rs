//! What each status word means, whether one pays, and what Twilio's codes say.

use leptos::prelude::*;
use leptos_meta::Title;
use usher_core::messages::Status;
use usher_core::twilio::codes::{self, Class, Code, Retry};

use super::query;
use crate::parts::badge::Badge;
use crate::parts::page::Main;
use crate::parts::words::count;
use crate::paths;

/// A word, and all that there is to say about it.
struct Word {
    status: Status,
    happened: &'static str,
    causes: &'static str,
    todo: &'static str,
    pays: &'static str,
}

const WORDS: [Word; 10] = [
    Word {
        status: Status::Scheduled,
        happened: "The text is recorded and waits.",
        causes: "A chosen time, quiet hours, a limit, a pause by a person, or Twilio not taking texts right now. Its history says which, and until when.",
        todo: "Nothing. Press “Do not send” beside it if it should not go.",
        pays: "No.",
    },
    Word {
        status: Status::Accepted,
        happened: "We are handing it to Twilio, or Twilio has it and passes it on.",
        causes: "Usual for a few seconds. Longer: Twilio’s queue for your sender is long, or we are finding out what became of a request that got no answer.",
        todo: "Wait. We ask Twilio by ourselves and never send twice on a guess.",
        pays: "Not yet.",
    },
    Word {
        status: Status::Sent,
        happened: "The carrier took it. Nobody has said yet that the phone got it.",
        causes: "The phone is off or out of range, or the carrier is slow to tell.",
        todo: "Wait: carriers try for hours, and we keep asking.",
        pays: "Yes.",
    },
    Word {
        status: Status::Delivered,
        happened: "The carrier says that it reached the phone.",
        causes: "It does not say that somebody read it.",
        todo: "Nothing.",
        pays: "Yes.",
    },
    Word {
        status: Status::Unconfirmed,
        happened: "No receipt came within 72 hours, or nobody could say what became of it.",
        causes: "Some carriers and countries give no receipts. It may well have arrived.",
        todo: "Ask the person before you send it again. A receipt that still comes changes the word.",
        pays: "Usually yes, if Twilio had it.",
    },
    Word {
        status: Status::Undelivered,
        happened: "The carrier took it and said no.",
        causes: "The number is not in service, is a landline, is blocked, or the carrier filtered the text. The code tells.",
        todo: "Follow the advice at the text: mend the number, change the words, or try again later.",
        pays: "Yes: Twilio bills what it handed to a carrier.",
    },
    Word {
        status: Status::Failed,
        happened: "Twilio refused it or gave up. It never reached a carrier.",
        causes: "A number that cannot be texted, a sender that may not text there, a setting of the account. The code tells.",
        todo: "Follow the advice at the text. Trying again helps only once the cause is gone.",
        pays: "No if Twilio refused the request. If it took the text and it failed afterwards, a small fee for each text, with exceptions.",
    },
    Word {
        status: Status::Blocked,
        happened: "We did not send it, on purpose.",
        causes: "The person opted out, the number cannot get texts, its time had passed, texting is switched off or not set up.",
        todo: "The reason stands at the text. An opt-out is undone by the person alone, with START.",
        pays: "No.",
    },
    Word {
        status: Status::Canceled,
        happened: "It was stopped before it left.",
        causes: "Somebody canceled it, the person declined, or an earlier text arrived after all.",
        todo: "Nothing, or send again.",
        pays: "No.",
    },
    Word {
        status: Status::Received,
        happened: "A text from the person to you.",
        causes: "",
        todo: "Answer it in the Inbox.",
        pays: "Twilio bills incoming texts too.",
    },
];

/// What each status word means, whether one pays, and what Twilio's codes say.
#[component]
pub fn GuidePage() -> impl IntoView {
    let search = query("find").map(|words| usher_core::error::clean(&words)).unwrap_or_default();
    view! {
        <Title text="What the words mean"/>
        <Main>
            <div class="head">
                <div class="stack tight">
                    <h1>"What the words mean"</h1>
                    <p class="soft">"Every text has one of these words. A later one replaces an earlier one, never the other way round."</p>
                </div>
            </div>
            {words()}
            {codes_table(&search)}
        </Main>
    }
}

fn words() -> AnyView {
    let each = WORDS.map(|word| {
        view! {
            <section class="meaning" id=word.status.as_str()>
                <h2><Badge status=word.status/></h2>
                <div class="stack tight">
                    <p>{word.happened}</p>
                    <p class="soft small">{word.causes}</p>
                </div>
                <dl class="facts small">
                    <dt>"What to do"</dt><dd>{word.todo}</dd>
                    <dt>"Do we pay?"</dt><dd>{word.pays}</dd>
                </dl>
            </section>
        }
    });
    view! {
        <div class="card">{each.collect_view()}</div>
        <p class="small soft">
            "What Twilio charges, and the exceptions, are in your Twilio contract; the price of a text stands in its history once Twilio has told it."
        </p>
    }
    .into_any()
}

fn codes_table(search: &str) -> AnyView {
    let all: Vec<&'static Code> = codes::of_texts().filter(|code| fits(code, search)).collect();
    let found = count(i64::try_from(all.len()).unwrap_or_default(), "code", "codes");
    let list = if all.is_empty() {
        view! {
            <div class="empty"><h3>"No code is found"</h3><p>"A code that is not in this list is shown with its number, and is never retried by itself."</p></div>
        }
        .into_any()
    } else {
        view! {
            <table class="codes cards-on-phone">
                <thead><tr><th>"Code"</th><th>"What it means"</th><th>"Whose turn"</th><th>"Again?"</th></tr></thead>
                <tbody>{all.into_iter().map(row).collect_view()}</tbody>
            </table>
        }
        .into_any()
    };
    let show_all =
        (!search.is_empty()).then(|| view! { <a href=format!("{}#codes", paths::GUIDE)>"Show all"</a> });
    view! {
        <section class="stack" id="codes" aria-label="Twilio’s codes">
            <h2>"Twilio’s codes"</h2>
            <form class="row" role="search" action=format!("{}#codes", paths::GUIDE)>
                <label class="vh" for="find">"Code or words"</label>
                <input id="find" name="find" type="search" placeholder="Code or words, such as 30003 or landline" value=search.to_owned()/>
                <button class="button">"Find"</button>
                {show_all}
            </form>
            <div class="card">{list}</div>
            <p class="small soft">{found}". “Again?” says whether sending the same text once more can help."</p>
        </section>
    }
    .into_any()
}

fn fits(code: &Code, search: &str) -> bool {
    let search = search.to_lowercase();
    search.is_empty()
        || code.code.to_string().starts_with(&search)
        || [code.title, code.advice, code.name].iter().any(|words| words.to_lowercase().contains(&search))
}

fn row(code: &'static Code) -> AnyView {
    let again = match code.retry {
        Retry::Later => "Later, yes",
        Retry::AfterFix => "Once it is put right",
        Retry::Never => "No",
    };
    let turn = match code.class {
        Class::Transient => "Time’s",
        Class::Permanent => "The number’s",
        Class::Configuration => "An administrator’s",
        Class::Compliance => "The law’s or carrier’s",
        Class::Content => "The text’s",
        Class::Unknown => "Nobody said",
    };
    view! {
        <tr id=code.code.to_string()>
            <td><code>{code.code}</code></td>
            <td><b class="line">{code.title}</b><span class="soft small">{code.advice}</span></td>
            <td class="soft">{turn}</td>
            <td class="soft">{again}</td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_on_a_badge_is_explained_once() {
        let explained: Vec<&str> =
            WORDS.iter().map(|word| crate::parts::words::status(word.status)).collect();
        for status in Status::ALL {
            let word = crate::parts::words::status(status);
            assert_eq!(explained.iter().filter(|one| **one == word).count(), 1, "{word}");
        }
    }

    #[test]
    fn a_code_is_found_by_its_number_and_by_its_words() {
        let found = |search: &str| codes::of_texts().filter(|code| fits(code, search)).count();
        assert_eq!(found("30003"), 1);
        assert!(found("landline") >= 1 && found("") > 50);
        assert_eq!(found("nothing has these words"), 0);
    }
}
