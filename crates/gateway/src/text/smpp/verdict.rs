//! What a status of the centre means for the text that it answers [SMPP 3.4 §5.1.3].

use std::time::Duration;

use rusmpp::CommandStatus;

use crate::hand_over::{HandOver, RefusedWhy};

/// What the centre says with a status that is not a success. `pause` is how long we leave it alone when it is overrun.
pub(super) fn refusal(status: CommandStatus, pause: Duration) -> HandOver {
    match u32::from(status) {
        // Throttled, or a full queue.
        0x58 | 0x14 => HandOver::try_later(RefusedWhy::Throttled, Some(pause)),
        // The destination address.
        0x0b => HandOver::give_up(RefusedWhy::Recipient),
        // The length of the message.
        0x01 => HandOver::give_up(RefusedWhy::Message),
        // The time until when it is to be delivered: it is over by the centre's clock.
        0x62 => HandOver::give_up(RefusedWhy::Expired),
        // SECURITY: "unknown error" and "delivery failure" do not say that nothing was sent, so they do not count as if.
        0xff | 0xfe => HandOver::Unknown,
        // Our sender, our bind, our rights, a fault of theirs: whatever it is, the centre took no message.
        _ => HandOver::try_another(RefusedWhy::Gateway),
    }
}

/// Whether the centre asks us to slow down.
pub(super) fn is_throttling(status: CommandStatus) -> bool {
    matches!(status, CommandStatus::EsmeRthrottled | CommandStatus::EsmeRmsgqful)
}

/// Whether a bind was refused for who we are, which no new try mends.
pub(super) fn is_about_credentials(status: CommandStatus) -> bool {
    matches!(
        status,
        CommandStatus::EsmeRbindfail
            | CommandStatus::EsmeRinvpaswd
            | CommandStatus::EsmeRinvsysid
            | CommandStatus::EsmeRinvsystyp
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hand_over::Next;

    #[test]
    fn a_status_says_what_could_help() {
        let pause = Duration::from_secs(2);
        for (status, expected) in [
            (CommandStatus::EsmeRthrottled, HandOver::try_later(RefusedWhy::Throttled, Some(pause))),
            (CommandStatus::EsmeRmsgqful, HandOver::try_later(RefusedWhy::Throttled, Some(pause))),
            (CommandStatus::EsmeRinvdstadr, HandOver::give_up(RefusedWhy::Recipient)),
            (CommandStatus::EsmeRinvmsglen, HandOver::give_up(RefusedWhy::Message)),
            (CommandStatus::EsmeRinvexpiry, HandOver::give_up(RefusedWhy::Expired)),
            (CommandStatus::EsmeRinvsrcadr, HandOver::try_another(RefusedWhy::Gateway)),
            (CommandStatus::EsmeRsyserr, HandOver::try_another(RefusedWhy::Gateway)),
            (CommandStatus::Other(0x0000_0401), HandOver::try_another(RefusedWhy::Gateway)),
        ] {
            assert_eq!(refusal(status, pause), expected, "{status:?}");
        }
    }

    #[test]
    fn a_status_that_does_not_say_is_unknown() {
        for status in [0xff, 0xfe] {
            assert_eq!(refusal(CommandStatus::from(status), Duration::ZERO), HandOver::Unknown);
        }
        assert!(!matches!(HandOver::Unknown, HandOver::Refused { next: Next::TryAnother, .. }));
    }
}
