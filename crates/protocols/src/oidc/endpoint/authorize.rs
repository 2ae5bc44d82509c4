//! The authorization endpoint [RFC 6749 §3.1, OpenID Connect Core §3.1.2].

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use wardkey_domain::application::{
    AcrRequest, AuthorizationRequest, ClaimsRequest, CodeChallenge, GrantType, PageRefusal, Prompts, RequestedSubject,
    ResponseMode,
};
use wardkey_domain::time::Timestamp;
use wardkey_usecases::application::{self, Authorized, Client};
use wardkey_usecases::{Circumstances, Error};
use wardkey_wire::oauth::authorization::{self as wire, Prompt, ReturnAddress, Start};
use wardkey_wire::oauth::id_token::IdTokenHint;
use wardkey_wire::oauth::response::Destination;
use wardkey_wire::oauth::{ErrorCode, OAuthError, Parameters};

use crate::oidc::endpoint::token::{error_code, scopes};
use crate::oidc::error::{fault_page, page, redirect, respond};
use crate::oidc::request::{self, Form};
use crate::oidc::state::OidcState;
use crate::oidc::{answer, paths};

const ENDPOINT: &str = "authorize";
/// The longest hint of an account that can be one.
const LONGEST_HINT: usize = 254;

/// Why a request cannot be answered to the application.
pub enum Unanswerable {
    /// The person is told why.
    Page(PageRefusal),
    /// A fault, or too much work.
    Fault(Error),
}

impl From<Error> for Unanswerable {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

impl Unanswerable {
    /// The page, counted.
    pub fn answer(self, endpoint: &'static str) -> Response {
        match self {
            Self::Page(refusal) => page(endpoint, refusal),
            Self::Fault(error) => fault_page(endpoint, &error),
        }
    }
}

/// A request that cannot be read. The log names the parameter, never its value, for whoever looks into it.
pub fn malformed(error: OAuthError) -> Unanswerable {
    tracing::info!(error = &error as &dyn std::error::Error, "a browser brought a request that cannot be read");
    Unanswerable::Page(PageRefusal::Malformed)
}

/// A request that was checked, or the error that goes to its verified address.
enum Checked {
    Request(Box<AuthorizationRequest>),
    Refused(ReturnAddress, OAuthError),
}

/// `GET /oauth/authorize`
pub async fn from_link(State(state): State<OidcState>, request: Request) -> Response {
    let (head, _) = request.into_parts();
    let circumstances = request::circumstances(&head);
    let answered = async {
        let parameters = request::query(&head).map_err(malformed)?;
        let (client, checked) = check(&state, &circumstances, &parameters).await?;
        let request = match checked {
            Checked::Request(request) => request,
            Checked::Refused(address, error) => return Ok(refused(&state, &address, &error)),
        };
        let visitor = state.visitor(&circumstances).await?;
        let authorized =
            application::authorize(&state.app, &visitor.op, &client, visitor.authenticated.as_ref(), *request).await?;
        Ok(present(&state, authorized))
    };
    answered.await.unwrap_or_else(|error: Unanswerable| error.answer(ENDPOINT))
}

/// `POST /oauth/authorize`
///
/// Another site's page posts here, so the browser leaves our cookie out. The request is kept, and the browser comes back
/// for its answer by a link, with the cookie.
pub async fn from_form(State(state): State<OidcState>, request: Request) -> Response {
    let answered = async {
        let form = Form::read(request).await.map_err(malformed)?;
        let circumstances = form.circumstances();
        let (client, checked) = check(&state, &circumstances, &form.parameters).await?;
        let request = match checked {
            Checked::Request(request) => request,
            Checked::Refused(address, error) => return Ok(refused(&state, &address, &error)),
        };
        let op = state.anonymous(&circumstances);
        let id = application::keep_request(&state.app, &op, &client, &request).await?;
        Ok(redirect(&format!("{}?request={id}&from=form", state.address(paths::CONTINUE))))
    };
    answered.await.unwrap_or_else(|error: Unanswerable| error.answer(ENDPOINT))
}

/// Presents the answer to a request.
pub fn present(state: &OidcState, authorized: Authorized) -> Response {
    match authorized {
        Authorized::Code { request, code } => {
            answer::count(ENDPOINT, "ok");
            respond(destination(state, &request).success(code.expose()))
        }
        Authorized::SignIn(id) => {
            answer::count(ENDPOINT, "sign_in");
            redirect(&format!("{}?request={id}", state.address(paths::SIGN_IN)))
        }
        Authorized::Refused { request, refusal } => {
            answer::count(ENDPOINT, refusal.error());
            let error = OAuthError::new(error_code(refusal.error()), refusal.description());
            respond(destination(state, &request).error(&error))
        }
    }
}

fn destination<'a>(state: &'a OidcState, request: &'a AuthorizationRequest) -> Destination<'a> {
    Destination {
        redirect_uri: &request.redirect_uri,
        mode: match request.response_mode {
            ResponseMode::Query => wire::ResponseMode::Query,
            ResponseMode::FormPost => wire::ResponseMode::FormPost,
        },
        state: request.state.as_deref(),
        issuer: state.issuer(),
    }
}

fn refused(state: &OidcState, address: &ReturnAddress, error: &OAuthError) -> Response {
    answer::count(ENDPOINT, error.code.as_str());
    let destination = Destination {
        redirect_uri: address.redirect_uri.as_deref().unwrap_or_default(),
        mode: address.response_mode,
        state: address.state.as_deref(),
        issuer: state.issuer(),
    };
    respond(destination.error(error))
}

/// Finds the client, verifies the address, and only then reads the rest.
///
/// SECURITY: what is wrong before the address is verified is told to the person, never sent anywhere.
async fn check(
    state: &OidcState,
    circumstances: &Circumstances,
    parameters: &Parameters,
) -> Result<(Arc<Client>, Checked), Unanswerable> {
    let start = Start::parse(parameters).map_err(malformed)?;
    let client_id = match &start {
        Start::Direct(address) => &address.client_id,
        Start::Pushed { client_id, .. } => client_id,
    };
    let client = application::find(&state.app, client_id).await?;
    let client = client.ok_or(Unanswerable::Page(PageRefusal::UnknownApplication))?;
    let op = state.anonymous(circumstances);
    let address = match start {
        Start::Direct(address) => address,
        Start::Pushed { reference, .. } => {
            let pushed = application::take_pushed(&state.app, &op, &client, reference.token()).await?;
            let request = pushed.ok_or(Unanswerable::Page(PageRefusal::ExpiredRequest))?;
            return Ok((client, Checked::Request(Box::new(request))));
        }
    };
    if !address.redirect_uri.as_deref().is_some_and(|uri| client.settings.may_redirect_to(uri)) {
        let word = PageRefusal::UnknownAddress.word();
        application::request_refused(&state.app, &op, &client, ENDPOINT, word).await?;
        return Err(Unanswerable::Page(PageRefusal::UnknownAddress));
    }
    let read = match wire::AuthorizationRequest::parse(parameters) {
        Ok(_) if client.settings.require_pushed_requests => {
            Err(OAuthError::new(ErrorCode::InvalidRequest, "this client must push its authorization requests"))
        }
        Ok(asked) => request_of(state, &client, asked, op.now).await?,
        Err(error) => Err(error),
    };
    match read {
        Ok(request) => Ok((client, Checked::Request(Box::new(request)))),
        Err(error) => {
            application::request_refused(&state.app, &op, &client, ENDPOINT, error.code.as_str()).await?;
            Ok((client, Checked::Refused(address, error)))
        }
    }
}

/// Holds a request against the client's registration, and turns it into ours. The address must have been verified.
pub async fn request_of(
    state: &OidcState,
    client: &Client,
    asked: wire::AuthorizationRequest,
    now: Timestamp,
) -> Result<Result<AuthorizationRequest, OAuthError>, Error> {
    let settings = &client.settings;
    let refuse = |code, why| Ok(Err(OAuthError::new(code, why)));
    if !settings.may(GrantType::AuthorizationCode) {
        return refuse(ErrorCode::UnauthorizedClient, "this client may not use the authorization code grant");
    }
    if asked.code_challenge.is_none() && settings.demands_challenge() {
        return refuse(ErrorCode::InvalidRequest, "this client must send a code_challenge with the method S256");
    }
    let wanted = match scopes(&asked.scope) {
        Ok(wanted) => wanted,
        Err(error) => return Ok(Err(error)),
    };
    let scope = settings.grantable(&wanted);
    if scope.is_empty() && !wanted.is_empty() {
        return refuse(ErrorCode::InvalidScope, "none of the scopes asked for can be given to this client");
    }
    let challenge = match asked.code_challenge.map(|challenge| CodeChallenge::parse(&challenge.to_string())).transpose()
    {
        Ok(challenge) => challenge,
        Err(_) => return refuse(ErrorCode::InvalidRequest, "the code_challenge is not a SHA-256"),
    };
    let prompt = prompts(asked.prompt);
    let hinted = match &asked.id_token_hint {
        Some(hint) => hinted(state, client, hint, prompt).await?,
        None => None,
    };
    Ok(Ok(AuthorizationRequest {
        application: client.id(),
        redirect_uri: asked.address.redirect_uri.unwrap_or_default(),
        response_mode: match asked.address.response_mode {
            wire::ResponseMode::Query => ResponseMode::Query,
            wire::ResponseMode::FormPost => ResponseMode::FormPost,
        },
        state: asked.address.state,
        scope,
        nonce: asked.nonce,
        challenge,
        prompt,
        max_age: asked.max_age.or(settings.default_max_age),
        acr: AcrRequest::of(asked.acr_values.iter().map(String::as_str), false),
        claims: ClaimsRequest::of(
            asked.claims.userinfo.keys().map(String::as_str),
            asked.claims.id_token.keys().map(String::as_str),
            asked.claims.subject(),
            asked
                .claims
                .acr()
                .filter(|(values, _)| !values.is_empty())
                .map(|(values, essential)| AcrRequest::of(values, essential)),
        ),
        login_hint: asked.login_hint.filter(|hint| hint.len() <= LONGEST_HINT),
        hinted,
        asked_at: now,
    }))
}

fn prompts(prompt: Prompt) -> Prompts {
    match prompt {
        Prompt::Unspecified => Prompts::default(),
        Prompt::None => Prompts { none: true, ..Prompts::default() },
        // The sign-in pages let a person choose the account, so a choice is a new sign-in.
        Prompt::Show { login, consent, select_account } => {
            Prompts { none: false, login: login || select_account, consent }
        }
    }
}

/// Whom an ID token of ours names, if it was issued to this client.
///
/// One that cannot be verified (our keys have changed since, or it is not ours) names nobody: with `prompt=none` that must
/// fail; otherwise the person signs in as if there had been no hint.
async fn hinted(
    state: &OidcState,
    client: &Client,
    hint: &str,
    prompt: Prompts,
) -> Result<Option<RequestedSubject>, Error> {
    let keys = state.keys().await?;
    let verified = IdTokenHint::verify(hint, keys.verifying(), state.issuer(), state.app.now().as_seconds()).ok();
    let verified = verified.filter(|verified| verified.client_id == client.client_id());
    Ok(match verified {
        Some(verified) => Some(RequestedSubject::of(&verified.subject)),
        None => prompt.none.then_some(RequestedSubject::Nobody),
    })
}
