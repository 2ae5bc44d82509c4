//! Requests that cannot be answered to the application: the person in front of the browser is told instead.
//!
//! SECURITY: an answer goes to a verified address or to nobody [RFC 9700 §4.11]; these are the cases of nobody.

/// Why a browser gets an error page instead of being sent to an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageRefusal {
    /// The request is malformed before it says who asks.
    Malformed,
    /// There is no such application, or it is closed.
    UnknownApplication,
    /// The address for the answer is missing or not registered.
    UnknownAddress,
    /// The request has expired, was used already, or never was.
    ExpiredRequest,
    /// The sign-out request's hint is not a token of ours.
    BadLogoutHint,
    /// The address to return to after signing out is not registered.
    BadReturnAddress,
    /// Something went wrong on our side.
    Fault,
    /// Too much is going on.
    Overload,
}

impl PageRefusal {
    /// Every refusal.
    pub const ALL: &'static [Self] = &[
        Self::Malformed,
        Self::UnknownApplication,
        Self::UnknownAddress,
        Self::ExpiredRequest,
        Self::BadLogoutHint,
        Self::BadReturnAddress,
        Self::Fault,
        Self::Overload,
    ];

    /// The code that the help desk looks up.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "OIDC-001",
            Self::UnknownApplication => "OIDC-002",
            Self::UnknownAddress => "OIDC-003",
            Self::ExpiredRequest => "OIDC-004",
            Self::BadLogoutHint => "OIDC-005",
            Self::BadReturnAddress => "OIDC-006",
            Self::Fault => "OIDC-007",
            Self::Overload => "OIDC-008",
        }
    }

    /// One plain sentence for the person.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Malformed => "The application sent a request that we could not understand.",
            Self::UnknownApplication => "The application that sent you here is not registered with us.",
            Self::UnknownAddress => "The application asked us to send you to an address that it has not registered.",
            Self::ExpiredRequest => {
                "This sign-in has taken too long or was already finished. Go back to the application and start again."
            }
            Self::BadLogoutHint => "The application asked to sign you out in a way that we could not check.",
            Self::BadReturnAddress => {
                "The application asked us to send you on to an address that it has not registered."
            }
            Self::Fault => "Something went wrong on our side. Try again in a few minutes.",
            Self::Overload => "Too many people are signing in at this moment. Try again in a minute.",
        }
    }

    /// What the help desk can do about it.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Malformed => "A fault of the application. Ask its supplier; the server's log names the parameter.",
            Self::UnknownApplication => {
                "Check the client identifier with `wardkey application list`, and that it is open."
            }
            Self::UnknownAddress => {
                "Compare the application's redirect address with the registered ones, character by character."
            }
            Self::ExpiredRequest => "Start again from the application, not from a bookmark or with the back button.",
            Self::BadLogoutHint => {
                "A fault of the application, or it kept a token for longer than our keys. Sign out in the portal."
            }
            Self::BadReturnAddress => "Register the address with the application, character by character.",
            Self::Fault => "A fault of this server: its log says more. If it goes on, tell whoever runs it.",
            Self::Overload => "The server is busy. If it goes on, tell whoever runs it.",
        }
    }

    /// The word for it in events and metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::UnknownApplication => "unknown_application",
            Self::UnknownAddress => "unknown_redirect_uri",
            Self::ExpiredRequest => "expired_request",
            Self::BadLogoutHint => "bad_logout_hint",
            Self::BadReturnAddress => "bad_post_logout_redirect_uri",
            Self::Fault => "server_error",
            Self::Overload => "temporarily_unavailable",
        }
    }
}
