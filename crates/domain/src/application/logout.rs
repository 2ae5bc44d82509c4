//! Signing out on behalf of an application [OpenID Connect RP-Initiated Logout 1.0].

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, ApplicationId, SessionId};
use crate::session::Session;
use crate::time::Timestamp;

/// A request to sign out that was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoutRequest {
    /// The application that asks, if it says so.
    pub application: Option<ApplicationId>,
    /// Where to send the browser afterwards: registered by that application.
    pub return_to: Option<String>,
    /// Given back unchanged.
    pub state: Option<String>,
    /// What an ID token of ours says of the person.
    pub hint: Option<LogoutHint>,
    /// When it was asked.
    pub asked_at: Timestamp,
}

/// What an ID token of ours says of the person who signs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoutHint {
    /// The account.
    pub account: AccountId,
    /// The session.
    pub session: Option<SessionId>,
}

/// What to do with a request to sign out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoutAnswer {
    /// End the session at once: the application has shown a token of this very session.
    End,
    /// Ask the person first: anybody could have made this request.
    Ask,
    /// Nobody is signed in here: there is nothing to end.
    NothingToEnd,
}

impl LogoutRequest {
    /// Where to send the browser afterwards, with the application's state.
    pub fn location(&self) -> Option<String> {
        let address = self.return_to.as_deref()?;
        let Some(state) = &self.state else { return Some(address.to_owned()) };
        let separator = match address.split_once('?') {
            None => "?",
            Some((_, "")) => "",
            Some((_, query)) if query.ends_with('&') => "",
            Some(_) => "&",
        };
        let mut location = format!("{address}{separator}state=");
        for byte in state.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                location.push(char::from(byte));
            } else {
                location.push_str(&format!("%{byte:02X}"));
            }
        }
        Some(location)
    }

    /// What to do, given who is signed in.
    ///
    /// [RP-Initiated Logout §2]: the person must be asked when there is no hint, or it is not of the current session.
    pub fn answer(&self, session: Option<&Session>) -> LogoutAnswer {
        let Some(session) = session else { return LogoutAnswer::NothingToEnd };
        match self.hint {
            Some(LogoutHint { account, session: Some(hinted) })
                if account == session.account() && hinted == session.id() =>
            {
                LogoutAnswer::End
            }
            Some(_) | None => LogoutAnswer::Ask,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_goes_back_with_the_state() {
        let check = |return_to: Option<&str>, state: Option<&str>, expected: Option<&str>| {
            let request = LogoutRequest {
                application: None,
                return_to: return_to.map(str::to_owned),
                state: state.map(str::to_owned),
                hint: None,
                asked_at: Timestamp::from_seconds(1),
            };
            assert_eq!(request.location().as_deref(), expected);
        };
        check(None, Some("x"), None);
        check(Some("https://app.example/out"), None, Some("https://app.example/out"));
        check(Some("https://app.example/out"), Some("a b&c"), Some("https://app.example/out?state=a%20b%26c"));
        check(Some("https://app.example/out?x=1"), Some("s"), Some("https://app.example/out?x=1&state=s"));
    }
}
