//! The authorization request [RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1].
//!
//! It is read in two steps, because an error may only be sent to an address that was verified: [`Start`] is what is needed
//! to know the client and the address (its errors are shown to the person), [`AuthorizationRequest`] the rest (its errors
//! go back to the client).

use super::claims_request::ClaimsRequest;
use super::error::{ErrorCode, OAuthError};
use super::parameters::Parameters;
use super::pkce::CodeChallenge;
use super::pushed::PushedReference;
use super::scope::Scope;

/// The longest `client_id`, `nonce` and `login_hint` that are read.
const SHORT: usize = 1024;
/// The longest `state` and address that are read.
const LONG: usize = 4096;
/// The longest token given as a hint.
const TOKEN: usize = crate::jose::MAX_TOKEN;
/// The most entries of a list parted by spaces.
const MAX_ENTRIES: usize = 32;

/// The first step: enough to find the client and to verify where an answer may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// The request is in the parameters.
    Direct(ReturnAddress),
    /// The request was pushed before; the parameters only point to it [RFC 9126 §4].
    Pushed {
        /// Who points to it.
        client_id: String,
        /// What it points to.
        reference: PushedReference,
    },
}

impl Start {
    /// Reads who asks and where the answer should go.
    ///
    /// # Errors
    /// To be shown to the person: there is no address that an error may be sent to.
    pub fn parse(parameters: &Parameters) -> Result<Self, OAuthError> {
        match parameters.get("request_uri").and_then(PushedReference::parse) {
            // The other parameters are ignored: what was pushed was authenticated, what is beside it was not [RFC 9126 §4].
            Some(reference) => {
                Ok(Self::Pushed { client_id: parameters.required("client_id", SHORT)?.to_owned(), reference })
            }
            None => ReturnAddress::parse(parameters).map(Self::Direct),
        }
    }
}

/// Who asks, and where the answer should go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnAddress {
    /// The client.
    pub client_id: String,
    /// The address as the client wrote it; to be compared with the registered ones before anything is sent there.
    pub redirect_uri: Option<String>,
    /// What the client wants back unchanged. Absent when it cannot be read.
    pub state: Option<String>,
    /// How the answer travels. An unknown mode is answered by query; [`AuthorizationRequest::parse`] then refuses it.
    pub response_mode: ResponseMode,
}

impl ReturnAddress {
    /// Reads the parameters; see [`Start::parse`].
    ///
    /// # Errors
    /// The client or the address is missing, given twice, or not readable.
    pub fn parse(parameters: &Parameters) -> Result<Self, OAuthError> {
        let redirect_uri = parameters.text("redirect_uri", LONG)?;
        if redirect_uri.is_none() && parameters.get("redirect_uri").is_none() && parameters.contains("redirect_uri") {
            return Err(OAuthError::about("redirect_uri", "is empty or given more than once"));
        }
        Ok(Self {
            client_id: parameters.required("client_id", SHORT)?.to_owned(),
            redirect_uri: redirect_uri.map(str::to_owned),
            state: parameters.text("state", LONG).ok().flatten().map(str::to_owned),
            response_mode: ResponseMode::of(parameters).unwrap_or_default(),
        })
    }
}

/// How the answer travels back through the browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the query of a redirect [OAuth 2.0 Multiple Response Types §2.1].
    #[default]
    Query,
    /// In a form that posts itself [OAuth 2.0 Form Post Response Mode].
    FormPost,
}

impl ResponseMode {
    /// The mode as the standard spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
        }
    }

    fn of(parameters: &Parameters) -> Result<Self, OAuthError> {
        match parameters.get("response_mode") {
            None | Some("query") => Ok(Self::Query),
            Some("form_post") => Ok(Self::FormPost),
            // `fragment` among them: a code in a fragment can be read by every script of the page it lands on.
            Some(_) => Err(OAuthError::about("response_mode", "must be query or form_post")),
        }
    }
}

/// What a client may ask about the person being asked [OpenID Connect Core §3.1.2.1, `prompt`]. Other words are ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prompt {
    /// Nothing special.
    #[default]
    Unspecified,
    /// Show nothing: answer at once or with an error.
    None,
    /// Any of these.
    Show {
        /// Sign in afresh.
        login: bool,
        /// Ask for consent.
        consent: bool,
        /// Let the person choose an account.
        select_account: bool,
    },
}

impl Prompt {
    fn of(parameters: &Parameters) -> Result<Self, OAuthError> {
        let words = list(parameters, "prompt")?;
        let has = |word: &str| words.iter().any(|own| own == word);
        if has("none") {
            return match words.as_slice() {
                [_] => Ok(Self::None),
                _ => Err(OAuthError::about("prompt", "has `none` beside other words")),
            };
        }
        let (login, consent, select_account) = (has("login"), has("consent"), has("select_account"));
        if login || consent || select_account {
            return Ok(Self::Show { login, consent, select_account });
        }
        Ok(Self::Unspecified)
    }

    /// Whether the person must sign in afresh.
    pub const fn asks_for_login(self) -> bool {
        matches!(self, Self::Show { login: true, .. })
    }

    fn words(self) -> String {
        match self {
            Self::Unspecified => String::new(),
            Self::None => "none".to_owned(),
            Self::Show { login, consent, select_account } => {
                let words = [(login, "login"), (consent, "consent"), (select_account, "select_account")];
                words.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
            }
        }
    }
}

/// How the client shows our pages [OpenID Connect Core §3.1.2.1, `display`]. Other words are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Display {
    /// A full page.
    Page,
    /// A small window.
    Popup,
    /// A device operated by touch.
    Touch,
    /// A feature phone.
    Wap,
}

impl Display {
    const ALL: &'static [(Self, &'static str)] =
        &[(Self::Page, "page"), (Self::Popup, "popup"), (Self::Touch, "touch"), (Self::Wap, "wap")];

    /// The word in the standard.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(display, _)| *display == self).map_or("page", |(_, word)| word)
    }
}

/// A request for an authorization code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// Who asks, and where the answer goes.
    pub address: ReturnAddress,
    /// What for.
    pub scope: Scope,
    /// What ties the ID token to the client's session.
    pub nonce: Option<String>,
    /// What ties the code to the client.
    pub code_challenge: Option<CodeChallenge>,
    /// How the person should be asked.
    pub prompt: Prompt,
    /// How long ago, in seconds, the person may have signed in.
    pub max_age: Option<u32>,
    /// The strengths of sign-in that the client wants, best first.
    pub acr_values: Vec<String>,
    /// Claims asked for one by one.
    pub claims: ClaimsRequest,
    /// Who will probably sign in.
    pub login_hint: Option<String>,
    /// An ID token that we issued before, about who should be signed in. Not verified yet.
    pub id_token_hint: Option<String>,
    /// The languages that the person reads, best first.
    pub ui_locales: Vec<String>,
    /// How the client shows our pages.
    pub display: Option<Display>,
}

impl AuthorizationRequest {
    /// Reads the whole request.
    ///
    /// # Errors
    /// To be sent to the client, once its address is verified.
    pub fn parse(parameters: &Parameters) -> Result<Self, OAuthError> {
        let address = ReturnAddress::parse(parameters)?;
        parameters.unique()?;
        parameters.text("state", LONG)?;
        ResponseMode::of(parameters)?;
        if parameters.contains("request") {
            return Err(OAuthError::new(ErrorCode::RequestNotSupported, "request objects are not supported"));
        }
        if parameters.contains("request_uri") {
            let why = "request_uri must come from the pushed authorization request endpoint";
            return Err(OAuthError::new(ErrorCode::RequestUriNotSupported, why));
        }
        match parameters.required("response_type", SHORT)? {
            "code" => {}
            _ => return Err(OAuthError::new(ErrorCode::UnsupportedResponseType, "response_type must be code")),
        }
        let max_age = match parameters.get("max_age") {
            None => None,
            Some(text) => {
                Some(seconds(text).ok_or_else(|| OAuthError::about("max_age", "is not a number of seconds"))?)
            }
        };
        let display = parameters.get("display");
        let owned = |name, longest| parameters.text(name, longest).map(|text| text.map(str::to_owned));
        Ok(Self {
            address,
            scope: Scope::of(parameters)?.unwrap_or_default(),
            nonce: owned("nonce", SHORT)?,
            code_challenge: CodeChallenge::of(parameters)?,
            prompt: Prompt::of(parameters)?,
            max_age,
            acr_values: list(parameters, "acr_values")?,
            claims: parameters.get("claims").map(ClaimsRequest::parse).transpose()?.unwrap_or_default(),
            login_hint: owned("login_hint", SHORT)?,
            id_token_hint: owned("id_token_hint", TOKEN)?,
            ui_locales: list(parameters, "ui_locales")?,
            display: Display::ALL.iter().find(|(_, word)| Some(*word) == display).map(|(display, _)| *display),
        })
    }

    /// Whether this is an OpenID Connect request, and so ends in an ID token.
    pub fn is_openid(&self) -> bool {
        self.scope.contains("openid")
    }

    /// The request as parameters again, to be kept and read back.
    pub fn to_parameters(&self) -> Parameters {
        let mut pairs = vec![("response_type", "code".to_owned()), ("client_id", self.address.client_id.clone())];
        let mut push = |name, value: Option<String>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                pairs.push((name, value));
            }
        };
        push("redirect_uri", self.address.redirect_uri.clone());
        push("state", self.address.state.clone());
        push("response_mode", Some(self.address.response_mode.as_str().to_owned()));
        push("scope", Some(self.scope.to_string()));
        push("nonce", self.nonce.clone());
        push("code_challenge", self.code_challenge.map(|challenge| challenge.to_string()));
        push("code_challenge_method", self.code_challenge.map(|_| "S256".to_owned()));
        push("prompt", Some(self.prompt.words()));
        push("max_age", self.max_age.map(|seconds| seconds.to_string()));
        push("acr_values", Some(self.acr_values.join(" ")));
        push("claims", (!self.claims.is_empty()).then(|| self.claims.to_json()));
        push("login_hint", self.login_hint.clone());
        push("id_token_hint", self.id_token_hint.clone());
        push("ui_locales", Some(self.ui_locales.join(" ")));
        push("display", self.display.map(|display| display.as_str().to_owned()));
        Parameters::from_pairs(pairs)
    }
}

fn list(parameters: &Parameters, name: &'static str) -> Result<Vec<String>, OAuthError> {
    let Some(text) = parameters.text(name, SHORT)? else { return Ok(Vec::new()) };
    let entries: Vec<_> = text.split(' ').filter(|entry| !entry.is_empty()).map(str::to_owned).collect();
    if entries.len() > MAX_ENTRIES { Err(OAuthError::about(name, "has too many entries")) } else { Ok(entries) }
}

fn seconds(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
#[path = "authorization_tests.rs"]
mod tests;
