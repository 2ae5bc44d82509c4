//! Whatever a message centre sends is read without a fault, and what we write is read again as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey_wire::sms::{ReceiptText, gsm7, segments, split, transliterate, without_header};

fuzz_target!(|data: &[u8]| {
    let text = gsm7::decode(data);
    let _ = ReceiptText::parse(&text);
    if let Ok((_, body)) = without_header(data) {
        assert!(body.len() < data.len());
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = ReceiptText::parse(text);
    let plain = transliterate(text);
    assert_eq!(gsm7::decode(&gsm7::encode(&plain).expect("in the alphabet")), plain);
    if let Ok(split) = split(text) {
        assert_eq!(split.parts.len(), segments(text));
        assert_eq!(split.with_headers(1).len(), split.parts.len());
    }
});
