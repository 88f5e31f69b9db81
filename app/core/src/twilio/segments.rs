//! How a text is encoded, and in how many segments it goes out and is billed.
//!
//! A segment carries 140 octets: 160 septets of GSM-7 or 70 UTF-16 units of UCS-2, and 153 or 67
//! when a header has to join several. One character outside GSM-7 turns the whole text into UCS-2.
//!
//! Source of the rules: Twilio's `sms-segments-calculator` 1.3.0 (MIT, © 2021 Twilio Inc.), which
//! made `segments_vectors.json`. What it counts is an estimate; Twilio's own figure replaces it.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// How the characters of a text travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Seven bits a character, fourteen for the ten in the extension table.
    Gsm7,
    /// Sixteen bits a UTF-16 unit.
    Ucs2,
}

impl Encoding {
    /// Twilio's name of it: `GSM-7` or `UCS-2`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gsm7 => "GSM-7",
            Self::Ucs2 => "UCS-2",
        }
    }

    /// The units that a text may have to go out alone.
    fn alone(self) -> u32 {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
        }
    }

    /// The units that fit in a segment beside the header that joins it to others.
    fn joined(self) -> u32 {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
        }
    }
}

/// What a text costs to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segments {
    /// How it travels.
    pub encoding: Encoding,
    /// How many segments it is billed as; 1 for the empty text, as in Twilio's calculator.
    pub segments: u32,
    /// Its length in septets (GSM-7) or UTF-16 units (UCS-2), without headers.
    pub units: u32,
    /// The units in each segment, in order.
    pub segment_units: Vec<u32>,
}

impl Segments {
    /// How many units fewer would make it a segment less; `None` for a text of one segment.
    #[must_use]
    pub fn over(&self) -> Option<u32> {
        let fewer = self.segments.checked_sub(1).filter(|fewer| *fewer > 0)?;
        let room = if fewer == 1 { self.encoding.alone() } else { fewer * self.encoding.joined() };
        Some(self.units.saturating_sub(room).max(1))
    }

    /// How many units fit into as many segments as it has.
    #[must_use]
    pub fn room(&self) -> u32 {
        if self.segments <= 1 { self.encoding.alone() } else { self.segments * self.encoding.joined() }
    }
}

/// The text in Unicode normal form C, which is what we count and send: a decomposed `é` would cost
/// the whole text its GSM-7.
#[must_use]
pub fn normalize(body: &str) -> String {
    body.nfc().collect()
}

/// Counts a text exactly as it stands, so [`normalize`] it first.
///
/// Neither an extension pair nor a grapheme cluster (an emoji family, a flag) is torn over two
/// segments, unless a cluster is too long for any. Whether Twilio bills clusters so is not known;
/// it makes the estimate the higher of the two.
#[must_use]
pub fn count(body: &str) -> Segments {
    let (encoding, pieces) = match body.chars().map(septets).collect::<Option<Vec<_>>>() {
        Some(septets) => (Encoding::Gsm7, septets),
        None => (Encoding::Ucs2, body.graphemes(true).flat_map(unsplittable).collect()),
    };
    let units = pieces.iter().sum();
    let segment_units =
        if units <= encoding.alone() { vec![units] } else { pack(&pieces, encoding.joined()) };
    let segments = u32::try_from(segment_units.len()).unwrap_or(u32::MAX);
    Segments { encoding, segments, units, segment_units }
}

/// The distinct characters that force UCS-2 on a text, in order of appearance; none means GSM-7.
#[must_use]
pub fn costly_characters(body: &str) -> Vec<char> {
    let mut costly = Vec::new();
    for character in body.chars() {
        if septets(character).is_none() && !costly.contains(&character) {
            costly.push(character);
        }
    }
    costly
}

/// What Twilio's Smart Encoding makes of a text: curly quotes, dashes, odd spaces and the like
/// become plain, accents and emoji stay. The text may grow (`…` becomes three dots).
///
/// It follows the calculator also where that is doubtful: a no-break space becomes two spaces, a
/// tab seven.
#[must_use]
pub fn smart_encode(body: &str) -> String {
    let mut encoded = String::with_capacity(body.len());
    for character in body.chars() {
        if let Some((_, plain)) = PLAIN.iter().find(|(fancy, _)| fancy.contains(character)) {
            encoded.push_str(plain);
        } else {
            encoded.push(plain_letter(character).unwrap_or(character));
        }
    }
    encoded
}

/// The text in plain characters where there are some that say the same; unlike [`smart_encode`] one
/// space stays one.
#[must_use]
pub fn plain(body: &str) -> String {
    let is_odd_space = |c: char| c.is_whitespace() && c != '\n';
    let spaced: String = body.chars().map(|c| if is_odd_space(c) { ' ' } else { c }).collect();
    smart_encode(&normalize(&spaced))
}

/// The septets of a character in GSM-7 (3GPP TS 23.038), if it has any.
fn septets(character: char) -> Option<u32> {
    match character {
        '\n' | '\r' | ' '..='Z' | '_' | 'a'..='z' => Some(1),
        '¡' | '£' | '¤' | '¥' | '§' | '¿' | 'Ä' | 'Å' | 'Æ' | 'Ç' | 'É' | 'Ñ' | 'Ö' | 'Ø' | 'Ü' | 'ß'
        | 'à' | 'ä' | 'å' | 'æ' | 'è' | 'é' | 'ì' | 'ñ' | 'ò' | 'ö' | 'ø' | 'ù' | 'ü' => Some(1),
        'Γ' | 'Δ' | 'Θ' | 'Λ' | 'Ξ' | 'Π' | 'Σ' | 'Φ' | 'Ψ' | 'Ω' => Some(1),
        '\u{c}' | '[' | '\\' | ']' | '^' | '{' | '|' | '}' | '~' | '€' => Some(2),
        _ => None,
    }
}

/// The UTF-16 units of a grapheme cluster in pieces that stay whole: one, unless it is a line
/// break or longer than a segment.
fn unsplittable(cluster: &str) -> Vec<u32> {
    let units = cluster.chars().map(|character| 1 + u32::from(character > '\u{ffff}'));
    let total = units.clone().sum();
    if cluster == "\r\n" || total > Encoding::Ucs2.joined() { units.collect() } else { vec![total] }
}

/// Fills segments of `size` units with whole pieces, in order.
fn pack(pieces: &[u32], size: u32) -> Vec<u32> {
    let mut segments = vec![0];
    for piece in pieces {
        match segments.last_mut() {
            Some(last) if *last + piece <= size => *last += piece,
            _ => segments.push(*piece),
        }
    }
    segments
}

/// Full-width digits, full-width capitals and small capitals, as plain ones.
fn plain_letter(character: char) -> Option<char> {
    const SMALL: &str = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ";
    const PLAIN: &str = "ABCDEFGHIJKLMNOPRSTUVWYZ";
    match character {
        '０'..='９' | 'Ａ'..='Ｚ' => char::from_u32(u32::from(character) - 0xfee0),
        _ => SMALL.chars().zip(PLAIN.chars()).find(|(s, _)| *s == character).map(|(_, p)| p),
    }
}

/// What Smart Encoding writes for each of the characters on the left.
const PLAIN: [(&str, &str); 40] = [
    ("«»“”ʺˮ‟„❝❞〝〞＂", "\""),
    ("‘’ʻˈʼʽʹ‛＇´ˊ`ˋ❛❜\u{313}\u{314}︐︑", "'"),
    ("÷⧸\u{337}\u{338}⁄∕／", "/"),
    ("¼", "1/4"),
    ("½", "1/2"),
    ("¾", "3/4"),
    ("⧹⧵\u{20e5}﹨＼", "\\"),
    ("\u{332}＿‗", "_"),
    ("\u{20d2}\u{20d3}∣｜⎸⎹⏐⎜⎟", "|"),
    ("⎼⎽―﹣－‐⁃—–•", "-"),
    ("﹫＠", "@"),
    ("﹩＄", "$"),
    ("ǃ︕﹗！", "!"),
    ("﹟＃", "#"),
    ("﹪％", "%"),
    ("﹠＆", "&"),
    ("‚\u{326}﹐﹑，､、", ","),
    ("❨❪﹙（⟮⦅", "("),
    ("❩❫﹚）⟯⦆", ")"),
    ("⁎∗⊛✢✣✤✥✱✲✳✺✻✼✽❃❉❊❋⧆﹡＊", "*"),
    ("˖﹢＋", "+"),
    ("。﹒．｡", "."),
    ("ː˸⦂꞉︓：", ":"),
    ("⁏︔﹔；", ";"),
    ("﹤＜‹", "<"),
    ("\u{347}꞊﹦＝", "="),
    ("﹥＞›", ">"),
    ("︖﹖？", "?"),
    ("ˆ\u{302}＾\u{1dcd}", "^"),
    ("❴﹛｛", "{"),
    ("❵﹜｝", "}"),
    ("［", "["),
    ("］", "]"),
    ("˜˷\u{303}\u{330}\u{334}∼～", "~"),
    (
        "\u{a0}\u{2000}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\
         \u{202f}\u{205f}\u{3000}\u{80}\u{8d}\u{90}\u{9b}\u{9f}",
        "  ",
    ),
    ("\u{0}\u{3}\u{4}\u{10}\u{11}\u{12}\u{13}\u{14}\u{17}\u{19}\u{200b}\u{200c}\u{2060}\u{feff}", ""),
    ("\t", "       "),
    ("‼", "!!"),
    ("\u{2001}\u{2028}\u{2029}", " "),
    ("…", "..."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[test]
    fn it_tells_how_much_shorter_a_text_must_be_for_a_segment_less() {
        assert_eq!(count(&"a".repeat(160)).over(), None);
        assert_eq!(count(&"a".repeat(163)).over(), Some(3));
        assert_eq!(count(&"a".repeat(307)).over(), Some(1));
        assert_eq!((count("a").room(), count(&"ő".repeat(71)).room()), (160, 134));
    }

    #[test]
    fn plain_words_say_the_same_and_one_space_stays_one() {
        assert_eq!(plain("“Doors” at 7\u{a0}PM – don’t be late…"), "\"Doors\" at 7 PM - don't be late...");
        assert_eq!(plain("two\nlines 🎉"), "two\nlines 🎉");
    }

    #[derive(Deserialize)]
    struct File {
        vectors: Vec<Vector>,
    }

    #[derive(Deserialize)]
    struct Vector {
        id: String,
        body: String,
        smart_encoded: bool,
        body_after_smart_encoding: Option<String>,
        encoding: String,
        units: u32,
        #[serde(flatten)]
        packing: Packing,
        /// The other answer, where it is not known which of the two is billed.
        by_code_point: Option<Packing>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Packing {
        segments: u32,
        segment_units: Vec<u32>,
    }

    #[test]
    fn every_vector_passes() -> serde_json::Result<()> {
        let file: File = serde_json::from_str(include_str!("segments_vectors.json"))?;
        assert_eq!(file.vectors.len(), 162);
        for vector in file.vectors {
            let Vector { id, mut body, .. } = vector;
            if vector.smart_encoded {
                let expected = vector.body_after_smart_encoding.unwrap_or_else(|| body.clone());
                body = smart_encode(&body);
                assert_eq!(body, expected, "{id}");
            }
            let Segments { encoding, segments, units, segment_units } = count(&body);
            assert_eq!((encoding.as_str(), units), (&*vector.encoding, vector.units), "{id}");
            let packing = Packing { segments, segment_units };
            assert!(
                packing == vector.packing || Some(&packing) == vector.by_code_point.as_ref(),
                "{id}: {packing:?}"
            );
        }
        Ok(())
    }

    #[test]
    fn costly_characters_are_named_once_and_in_order() {
        assert_eq!(costly_characters("“Hi” – é ç “again”"), ['“', '”', '–', 'ç']);
        assert!(costly_characters("Doors at 7 [hall B] €5").is_empty());
    }

    #[test]
    fn normal_form_saves_the_septets() {
        assert_eq!(count("Zoe\u{301}").encoding, Encoding::Ucs2);
        assert_eq!(count(&normalize("Zoe\u{301}")).encoding, Encoding::Gsm7);
    }

    #[test]
    fn a_cluster_longer_than_a_segment_is_torn() {
        let marks = "\u{334}".repeat(199);
        assert_eq!(count(&format!("a{marks}")).segment_units, [67, 67, 66]);
    }

    /// Plain and fancy words, so that both encodings and every kind of cluster come up.
    fn texts() -> impl Strategy<Value = String> {
        let words = prop::sample::select(vec![
            "a",
            "Doors at seven, hall B. ",
            "€",
            "[",
            "\r\n",
            "é",
            "e\u{301}",
            "ç",
            "…",
            "中",
            "😀",
            "👨\u{200d}👩\u{200d}👧",
            "🇮",
            "🇹",
            "\u{200d}",
            "\u{301}",
            "\t",
        ]);
        let repeated = (words, 1..90_usize).prop_map(|(word, times)| word.repeat(times));
        let text = prop::collection::vec(repeated, 0..6).prop_map(|parts| parts.concat());
        prop_oneof![text, any::<String>(), "[ -~]{0,400}"]
    }

    proptest! {
        #[test]
        fn units_add_up_and_fit(body in texts()) {
            let Segments { encoding, segments, units, segment_units } = count(&body);
            prop_assert_eq!(segment_units.iter().sum::<u32>(), units);
            prop_assert_eq!(segment_units.len(), segments as usize);
            let size = if segments == 1 { encoding.alone() } else { encoding.joined() };
            prop_assert!(segment_units.iter().all(|units| *units <= size));
            prop_assert_eq!(segments == 1, units <= encoding.alone());
            prop_assert_eq!(encoding == Encoding::Gsm7, costly_characters(&body).is_empty());
        }

        #[test]
        fn more_text_is_never_fewer_segments(body in texts(), more in texts()) {
            let longer = body.clone() + &more;
            prop_assert!(count(&longer).segments >= count(&body).segments);
        }

        #[test]
        fn normalizing_twice_changes_nothing_more(body in texts()) {
            let once = normalize(&body);
            prop_assert_eq!(normalize(&once), once);
        }

        #[test]
        fn smart_encoding_twice_changes_nothing_more_and_costs_no_new_character(body in texts()) {
            let once = smart_encode(&body);
            let before = costly_characters(&body);
            prop_assert!(costly_characters(&once).iter().all(|left| before.contains(left)));
            prop_assert_eq!(smart_encode(&once), once);
        }
    }
}
