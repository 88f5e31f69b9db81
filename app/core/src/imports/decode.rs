//! Bytes to text: UTF-8, UTF-16 or Windows-1252, whichever they are.

/// What 0x80 to 0x9F mean in Windows-1252 (WHATWG encoding standard); five mean nothing.
const HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The text of a file, without its byte order mark.
///
/// # Errors
/// A sentence that says what to do, for what is no text.
pub(super) fn decode(bytes: &[u8]) -> Result<String, &'static str> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(
            "That is a spreadsheet. Save it as CSV in your spreadsheet program, and choose that file.",
        );
    }
    if bytes.starts_with(b"%PDF") {
        return Err("That is a PDF. Export the list as CSV, and choose that file.");
    }
    let text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest)?,
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        _ => match without_mark(bytes) {
            Some(order) => utf16(bytes, order)?,
            None => utf8(bytes).or_else(|_| windows_1252(bytes))?,
        },
    };
    if text.contains('\0') {
        return Err(NO_TEXT);
    }
    Ok(text)
}

const NO_TEXT: &str = "That is no text we can read. Save the list as CSV (UTF-8), and choose that file.";

fn utf8(bytes: &[u8]) -> Result<String, &'static str> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| NO_TEXT)
}

fn utf16(bytes: &[u8], read: fn([u8; 2]) -> u16) -> Result<String, &'static str> {
    if !bytes.len().is_multiple_of(2) {
        return Err(NO_TEXT);
    }
    let units = bytes.chunks_exact(2).map(|pair| read([pair[0], pair[1]]));
    char::decode_utf16(units).collect::<Result<String, _>>().map_err(|_| NO_TEXT)
}

/// UTF-16 without a mark: in most lists every other byte is zero.
fn without_mark(bytes: &[u8]) -> Option<fn([u8; 2]) -> u16> {
    let sample = &bytes[..bytes.len().min(400)];
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count() * 4;
    match (zeros(0) > sample.len(), zeros(1) > sample.len()) {
        (false, true) => Some(u16::from_le_bytes),
        (true, false) => Some(u16::from_be_bytes),
        _ => None,
    }
}

fn windows_1252(bytes: &[u8]) -> Result<String, &'static str> {
    let is_control = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
    if bytes.iter().any(is_control) {
        return Err(NO_TEXT);
    }
    let letter = |byte: &u8| match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        other => char::from(*other),
    };
    Ok(bytes.iter().map(letter).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_encoding_says_the_same() {
        let text = "Zoë;“quoted”\n";
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let with = |mark: &[u8], rest: &[u8]| [mark, rest].concat();
        for bytes in [
            text.as_bytes().to_vec(),
            with(&[0xef, 0xbb, 0xbf], text.as_bytes()),
            with(&[0xff, 0xfe], &le),
            with(&[0xfe, 0xff], &be),
            b"Zo\xeb;\x93quoted\x94\n".to_vec(),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Ok(text), "{bytes:?}");
        }
        let plain: Vec<u8> = "name,phone\nAna,1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&plain).as_deref(), Ok("name,phone\nAna,1\n"), "without a mark");
    }

    #[test]
    fn what_is_no_list_is_refused_with_words() {
        assert!(decode(b"PK\x03\x04rest").is_err_and(|why| why.contains("spreadsheet")));
        assert!(decode(b"%PDF-1.7").is_err_and(|why| why.contains("PDF")));
        assert!(decode(&[0x01, 0x02, 0xff, 0x00, 0x07]).is_err());
        assert!(decode(b"a\0b").is_err());
    }
}
