//! What the library writes and reads otherwise than the standard says.

use rsipstack::sip::headers::untyped::{Authorization, ProxyAuthenticate, ProxyAuthorization, WwwAuthenticate};
use rsipstack::sip::{Header, SipMessage};
use rsipstack::transaction::endpoint::MessageInspector;
use rsipstack::transport::SipAddr;

/// Repairs digest authentication in messages that pass.
///
/// [RFC 3261 §25.1]: `qop` is quoted in a challenge, where it is a list, and not in its answer; the library quotes both, and
/// does not read a list of more than one. [RFC 8760 §2.2]: SHA-256 is written with a dash, which the library leaves out.
pub struct Repair;

impl MessageInspector for Repair {
    fn before_send(&self, mut message: SipMessage, _: Option<&SipAddr>) -> SipMessage {
        for header in headers(&mut message) {
            match header {
                Header::Authorization(value) => *value = Authorization::new(answered(value.value())),
                Header::ProxyAuthorization(value) => *value = ProxyAuthorization::new(answered(value.value())),
                _ => {}
            }
        }
        message
    }

    fn after_received(&self, mut message: SipMessage, _: Option<&SipAddr>) -> SipMessage {
        for header in headers(&mut message) {
            match header {
                Header::WwwAuthenticate(value) => *value = WwwAuthenticate::new(readable(value.value())),
                Header::ProxyAuthenticate(value) => *value = ProxyAuthenticate::new(readable(value.value())),
                _ => {}
            }
        }
        message
    }
}

fn headers(message: &mut SipMessage) -> impl Iterator<Item = &mut Header> {
    match message {
        SipMessage::Request(request) => request.headers.iter_mut(),
        SipMessage::Response(response) => response.headers.iter_mut(),
    }
}

/// Our answer to a challenge as the standard writes it.
fn answered(credentials: &str) -> String {
    credentials
        .replace("qop=\"auth\"", "qop=auth")
        .replace("qop=\"auth-int\"", "qop=auth-int")
        .replace("algorithm=SHA256", "algorithm=SHA-256")
        .replace("algorithm=SHA512", "algorithm=SHA-512")
}

/// A challenge as the library reads it.
fn readable(challenge: &str) -> String {
    ["SHA-256", "SHA-512"].into_iter().fold(only_auth(challenge), |text, name| {
        let without_dash = name.replace('-', "");
        text.replace(&format!("algorithm={name}"), &format!("algorithm={without_dash}"))
            .replace(&format!("algorithm=\"{name}"), &format!("algorithm=\"{without_dash}"))
    })
}

/// Of the protections that a challenge lists, the one that we give: `auth` when it is among them.
fn only_auth(challenge: &str) -> String {
    let Some((before, rest)) = challenge.split_once("qop=\"") else { return challenge.to_owned() };
    let Some((list, after)) = rest.split_once('"') else { return challenge.to_owned() };
    let has_auth = list.split(',').any(|one| one.trim().eq_ignore_ascii_case("auth"));
    if has_auth { format!("{before}qop=\"auth\"{after}") } else { challenge.to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_answer_to_a_challenge_is_written_as_the_standard_says() {
        let written = "Digest username=\"a\", realm=\"qop=\", qop=\"auth\", nc=00000001";
        assert_eq!(answered(written), "Digest username=\"a\", realm=\"qop=\", qop=auth, nc=00000001");
        assert_eq!(answered("Digest algorithm=SHA256, nc=1"), "Digest algorithm=SHA-256, nc=1");
        assert_eq!(
            readable("Digest realm=\"SHA-256\", algorithm=SHA-256"),
            "Digest realm=\"SHA-256\", algorithm=SHA256"
        );
    }

    #[test]
    fn a_challenge_that_lists_several_protections_is_read() {
        assert_eq!(only_auth("Digest qop=\"auth-int, auth\", nonce=\"n\""), "Digest qop=\"auth\", nonce=\"n\"");
        for same in ["Digest nonce=\"n\"", "Digest qop=\"auth-int\", nonce=\"n\"", "Digest qop=auth", "Digest qop=\"x"]
        {
            assert_eq!(only_auth(same), same);
        }
    }

    proptest! {
        // Whoever is on the wire writes what is repaired.
        #[test]
        fn no_header_hurts_and_what_is_repaired_stays_so(
            pieces in proptest::collection::vec("qop=|\"|auth|auth-int|, |algorithm=|SHA-256|SHA256|[ -~é]{0,4}", 0..12)
        ) {
            let text = pieces.concat();
            for repair in [answered, readable] {
                let repaired = repair(&text);
                prop_assert_eq!(repair(&repaired), repaired);
            }
        }
    }
}
