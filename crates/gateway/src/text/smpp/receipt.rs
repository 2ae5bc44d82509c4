//! What the centre says later about a message: `deliver_sm` with a receipt in it [SMPP 3.4 §4.6, appendix B].

use rusmpp::pdus::DeliverSm;
use rusmpp::tlvs::TlvValue;
use rusmpp::values::{DataCoding, MessageType};
use wardkey_wire::sms::{MessageState, ReceiptText, without_header};

use super::settings::MessageIds;
use crate::hand_over::{Receipt, ReceiptState};

/// The header inside the message is there [SMPP 3.4 §5.2.12].
const UDH_INDICATOR: u8 = 0x40;

/// What a `deliver_sm` is to us.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Delivered {
    /// What finally became of a message of ours.
    Final(Receipt),
    /// A receipt that says nothing final, or nothing that can be read.
    Passing,
    /// A message that somebody wrote to us. Nobody reads those.
    Message,
}

/// Reads what the centre delivers to `gateway`.
pub(super) fn read(gateway: &str, ids: MessageIds, delivered: &DeliverSm) -> Delivered {
    let (mut id, mut state, mut payload) = (None, None, None);
    for value in delivered.tlvs().iter().filter_map(|parameter| parameter.value()) {
        if let TlvValue::ReceiptedMessageId(value) = value {
            id = Some(value.as_str().to_owned());
        } else if let TlvValue::MessageState(value) = value {
            state = MessageState::from_number(u8::from(*value));
        } else if let TlvValue::MessagePayload(value) = value {
            payload = Some(value.value.as_ref());
        }
    }
    let is_receipt =
        delivered.esm_class.message_type == MessageType::ShortMessageContainsMCDeliveryReceipt || id.is_some();
    if !is_receipt {
        return Delivered::Message;
    }
    let octets = Some(delivered.short_message().as_ref()).filter(|octets| !octets.is_empty()).or(payload);
    let text = ReceiptText::parse(&text(delivered, octets.unwrap_or_default()));
    // The parameters are defined, the text is custom: where both speak, the parameters count.
    let (Some(id), Some(state)) = (id.filter(|id| !id.is_empty()).or(text.id), state.or(text.state)) else {
        return Delivered::Passing;
    };
    let failed = |word: &str| {
        let error = text.error.as_deref().filter(|error| error.bytes().any(|byte| byte != b'0'));
        ReceiptState::Failed(error.map_or_else(|| word.to_owned(), |error| format!("{word} {error}")))
    };
    let state = match state {
        MessageState::Delivered => ReceiptState::Delivered,
        MessageState::Expired => ReceiptState::Expired,
        MessageState::Deleted => failed("deleted"),
        MessageState::Undeliverable => failed("undeliverable"),
        MessageState::Rejected => failed("rejected"),
        MessageState::Enroute | MessageState::Accepted | MessageState::Unknown => return Delivered::Passing,
    };
    Delivered::Final(Receipt { gateway: gateway.to_owned(), reference: ids.of_receipt(&id), state })
}

/// The text in `octets`. Receipts are letters and digits, which the alphabets share.
fn text(delivered: &DeliverSm, octets: &[u8]) -> String {
    let has_header = u8::from(delivered.esm_class) & UDH_INDICATOR != 0;
    let octets = if has_header { without_header(octets).map_or(octets, |(_, body)| body) } else { octets };
    if delivered.data_coding == DataCoding::Ucs2 {
        let units = octets.chunks_exact(2).filter_map(|pair| Some(u16::from_be_bytes(pair.try_into().ok()?)));
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    } else {
        octets.iter().map(|octet| char::from(*octet)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use rusmpp::tlvs::MessageDeliveryRequestTlvValue;
    use rusmpp::types::{COctetString, OctetString};
    use rusmpp::values::EsmClass;

    use super::*;

    fn delivered(esm_class: u8, text: &[u8]) -> DeliverSm {
        DeliverSm::builder()
            .esm_class(EsmClass::from(esm_class))
            .short_message(OctetString::from_slice(text).unwrap())
            .build()
    }

    fn receipt(reference: &str, state: ReceiptState) -> Delivered {
        Delivered::Final(Receipt { gateway: "centre".to_owned(), reference: reference.to_owned(), state })
    }

    fn check(delivered: &DeliverSm, expected: &Delivered) {
        assert_eq!(&read("centre", MessageIds::Same, delivered), expected);
    }

    #[test]
    fn the_text_of_a_receipt_is_read() {
        check(&delivered(4, b"id:7 stat:DELIVRD err:000 text:x"), &receipt("7", ReceiptState::Delivered));
        check(
            &delivered(4, b"id:7 stat:UNDELIV err:011"),
            &receipt("7", ReceiptState::Failed("undeliverable 011".to_owned())),
        );
        check(&delivered(4, b"id:7 stat:EXPIRED err:000"), &receipt("7", ReceiptState::Expired));
        check(&delivered(0x44, b"\x05\x00\x03\x01\x01\x01id:7 stat:DELIVRD"), &receipt("7", ReceiptState::Delivered));
    }

    #[test]
    fn a_receipt_in_wide_characters_is_read() {
        let text: Vec<u8> = "id:7 stat:REJECTD".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let mut delivered = delivered(4, &text);
        delivered.data_coding = DataCoding::Ucs2;
        check(&delivered, &receipt("7", ReceiptState::Failed("rejected".to_owned())));
    }

    #[test]
    fn parameters_count_more_than_the_text() {
        let mut delivered = delivered(0, b"id:8 stat:UNDELIV");
        delivered.push_tlv(MessageDeliveryRequestTlvValue::ReceiptedMessageId(COctetString::from_str("7").unwrap()));
        delivered.push_tlv(MessageDeliveryRequestTlvValue::MessageState(2.into()));
        check(&delivered, &receipt("7", ReceiptState::Delivered));
    }

    #[test]
    fn what_is_not_final_is_no_receipt() {
        for text in [&b"id:7 stat:ENROUTE"[..], b"id:7 stat:ACCEPTD", b"stat:DELIVRD", b"id:7", b"", b"\xff\xfe"] {
            check(&delivered(4, text), &Delivered::Passing);
        }
    }

    #[test]
    fn a_message_from_outside_is_no_receipt() {
        check(&delivered(0, b"id:7 stat:DELIVRD"), &Delivered::Message);
    }
}
