//! The text of a delivery receipt [SMPP 3.4 appendix B]. Its form is the vendor's own; this is the one they share.

/// The longest message id that SMPP has room for [SMPP 3.4 §5.2.23].
const MAX_ID: usize = 64;

/// What became of a message [SMPP 3.4 §5.2.28, appendix B].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageState {
    /// It is on its way.
    Enroute,
    /// It was delivered.
    Delivered,
    /// Its time ran out.
    Expired,
    /// It was deleted at the centre.
    Deleted,
    /// It cannot be delivered.
    Undeliverable,
    /// The centre's own staff read it on the subscriber's behalf.
    Accepted,
    /// The centre does not know.
    Unknown,
    /// It was rejected.
    Rejected,
}

impl MessageState {
    /// The state by its word in a receipt.
    pub fn from_word(word: &str) -> Option<Self> {
        let known = [
            ("ENROUTE", Self::Enroute),
            ("DELIVRD", Self::Delivered),
            ("EXPIRED", Self::Expired),
            ("DELETED", Self::Deleted),
            ("UNDELIV", Self::Undeliverable),
            ("ACCEPTD", Self::Accepted),
            ("UNKNOWN", Self::Unknown),
            ("REJECTD", Self::Rejected),
        ];
        known.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, state)| state)
    }

    /// The state by its number in the parameter `message_state`.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Enroute),
            2 => Some(Self::Delivered),
            3 => Some(Self::Expired),
            4 => Some(Self::Deleted),
            5 => Some(Self::Undeliverable),
            6 => Some(Self::Accepted),
            7 => Some(Self::Unknown),
            8 => Some(Self::Rejected),
            _ => None,
        }
    }
}

/// What a receipt says in its text: `id:… stat:… err:…`. The other fields are of no use to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptText {
    /// The message id, as the centre writes it here.
    pub id: Option<String>,
    /// What became of the message.
    pub state: Option<MessageState>,
    /// The network's error, if it names one.
    pub error: Option<String>,
}

impl ReceiptText {
    /// Reads `text`. What is missing or unreadable is absent: vendors leave out what the receipt's parameters say.
    ///
    /// SECURITY: the text of the message itself comes last, and its author must not be able to say what became of it: nothing
    /// after `text:` is read, and the first of two fields counts.
    pub fn parse(text: &str) -> Self {
        let mut receipt = Self { id: None, state: None, error: None };
        for field in text.split_ascii_whitespace() {
            let Some((name, value)) = field.split_once(':') else { continue };
            if name.eq_ignore_ascii_case("text") {
                break;
            } else if name.eq_ignore_ascii_case("id") {
                receipt.id = receipt.id.or_else(|| word(value, MAX_ID));
            } else if name.eq_ignore_ascii_case("stat") {
                receipt.state = receipt.state.or_else(|| MessageState::from_word(value));
            } else if name.eq_ignore_ascii_case("err") {
                receipt.error = receipt.error.or_else(|| word(value, 8));
            }
        }
        receipt
    }
}

fn word(value: &str, most: usize) -> Option<String> {
    let fits = !value.is_empty() && value.len() <= most && value.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, id: Option<&str>, state: Option<MessageState>, error: Option<&str>) {
        let expected = ReceiptText { id: id.map(str::to_owned), state, error: error.map(str::to_owned) };
        assert_eq!(ReceiptText::parse(text), expected, "{text}");
    }

    #[test]
    fn a_receipt_of_the_appendix_is_read() {
        check(
            "id:0123456789 sub:001 dlvrd:001 submit date:2611211900 done date:2611211901 stat:DELIVRD err:000 text:Your",
            Some("0123456789"),
            Some(MessageState::Delivered),
            Some("000"),
        );
    }

    #[test]
    fn vendors_write_it_in_their_own_way() {
        check("ID:a-b_c STAT:undeliv ERR:0x1f", Some("a-b_c"), Some(MessageState::Undeliverable), Some("0x1f"));
        check("stat:EXPIRED id:7", Some("7"), Some(MessageState::Expired), None);
        check("id:7 Text:id:8 stat:DELIVRD", Some("7"), None, None);
    }

    #[test]
    fn a_message_cannot_vouch_for_itself() {
        check("id:7 stat:UNDELIV text:stat:DELIVRD id:8", Some("7"), Some(MessageState::Undeliverable), None);
        check("id:7 id:8 stat:REJECTD stat:DELIVRD", Some("7"), Some(MessageState::Rejected), None);
    }

    #[test]
    fn what_cannot_be_read_is_absent() {
        check("", None, None, None);
        check("Hello, is this the surgery?", None, None, None);
        check("id: stat:DONE err:", None, None, None);
        check(&format!("id:{} stat:DELIVRD", "x".repeat(65)), None, Some(MessageState::Delivered), None);
    }
}
