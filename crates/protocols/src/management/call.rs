//! A call that was let in.

use std::marker::PhantomData;

use axum::body::Body;
use axum::extract::{FromRequest, RawPathParams, Request};
use axum::response::Response;
use http::HeaderValue;
use http::header::{HeaderName, LINK};
use http::request::Parts;
use serde::de::DeserializeOwned;
use url::form_urlencoded;
use wardkey_domain::op::{Actor, Op};
use wardkey_domain::permission::ApiScope;
use wardkey_usecases::application::IdempotencyKey;

use super::problem::{FieldProblem, Known, Problem};
use super::state::Api;
use super::{content, parameter};
use crate::oidc::admission::admit;

/// The header in which a request has its key [draft-ietf-httpapi-idempotency-key-header-07 §2.1].
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A scope that a call needs, as a type: it stands in the handler's signature, where nobody can forget it.
pub trait Scoped {
    /// The scope.
    const SCOPE: ApiScope;
    /// Another that is needed, too.
    const ALSO: Option<ApiScope> = None;
}

/// Figures, and the people behind them.
#[derive(Clone, Copy, Debug)]
pub enum ReadReportsAndPeople {}

impl Scoped for ReadReportsAndPeople {
    const SCOPE: ApiScope = ApiScope::ReadReports;
    const ALSO: Option<ApiScope> = Some(ApiScope::ReadPeople);
}

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}

        impl Scoped for $name {
            const SCOPE: ApiScope = ApiScope::$name;
        }
    )*};
}

scopes! {
    /// Looking people up.
    ReadPeople;
    /// Changing accounts.
    ManagePeople;
    /// Figures and reports.
    ReadReports;
    /// Containing a compromised account.
    Contain;
}

/// A call of an application that has a token with the scope `S`.
pub struct Call<S> {
    /// Who acts, by which mandate.
    pub op: Op,
    head: Parts,
    segment: Option<String>,
    body: Body,
    scope: PhantomData<S>,
}

impl<S: Scoped> FromRequest<Api> for Call<S> {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        let (mut head, body) = request.into_parts();
        let op = admit(&api.oidc, &head, S::SCOPE).await?;
        if let Some(known) = head.extensions.get::<Known>() {
            // Only one call is let in for a request.
            let _ = known.0.set(op.request);
        }
        if let Actor::Application(acting) = &op.actor {
            let scopes = acting.mandate.as_ref().map(|mandate| mandate.scopes.as_slice()).unwrap_or_default();
            if let Some(missing) = S::ALSO.filter(|also| !scopes.contains(also)) {
                return Err(Problem::lacks(missing.as_str()));
            }
            api.app().pace().admit(acting.id).map_err(Problem::too_many)?;
        }
        let segment = segment(&mut head).await?;
        Ok(Self { op, head, segment, body, scope: PhantomData })
    }
}

/// What stands in the address where its template has a name; each has one at most.
async fn segment(head: &mut Parts) -> Result<Option<String>, Problem> {
    use axum::extract::FromRequestParts as _;
    let named = RawPathParams::from_request_parts(head, &()).await.map_err(|_| Problem::not_found())?;
    Ok(named.iter().next().map(|(_, value)| value.to_owned()))
}

impl<S> Call<S> {
    /// What the address names.
    ///
    /// # Errors
    /// Not found when it is no such name.
    pub fn named<T: std::str::FromStr>(&self) -> Result<T, Problem> {
        self.segment.as_deref().unwrap_or_default().parse().map_err(|_| Problem::not_found())
    }

    /// The parameters, of a call whose answer is one of `offered`; and which.
    ///
    /// # Errors
    /// When none of those is accepted, or a parameter makes no sense.
    pub fn asks<T: DeserializeOwned>(&self, offered: &[&'static str]) -> Result<(T, &'static str), Problem> {
        let kind = content::accepted(&self.head.headers, offered)?;
        Ok((parameter::read(&self.head.uri)?, kind))
    }

    /// The parameters of a call whose answer is JSON.
    ///
    /// # Errors
    /// When JSON is not accepted, or a parameter makes no sense.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        Ok(self.asks(&[content::JSON])?.0)
    }

    /// An answer that says in a header, too, where the next part of a list is [RFC 8288].
    pub fn linked(&self, mut response: Response, next: Option<&str>) -> Response {
        let Some(next) = next else { return response };
        let now = form_urlencoded::parse(self.head.uri.query().unwrap_or_default().as_bytes());
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(now.filter(|(name, _)| name != "after")).append_pair("after", next);
        let link = format!("<{}?{}>; rel=\"next\"", self.head.uri.path(), query.finish());
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(LINK, link);
        }
        response
    }

    /// The key of a call that changes something.
    ///
    /// # Errors
    /// When there is none, or several, or what is there is no key.
    pub fn key(&self) -> Result<IdempotencyKey, Problem> {
        let unreadable = |why: String| Problem::unreadable(FieldProblem::in_header("Idempotency-Key", why));
        let mut values = self.head.headers.get_all(IDEMPOTENCY_KEY).iter();
        let (Some(one), None) = (values.next(), values.next()) else {
            return Err(unreadable(
                "send one idempotency key, for example a UUID, with each request that changes something".to_owned(),
            ));
        };
        IdempotencyKey::parse(one.to_str().unwrap_or_default()).map_err(|error| unreadable(error.to_string()))
    }

    /// What a call says: everything, as one text; and its body.
    ///
    /// # Errors
    /// When the body is no JSON of this shape, too large, or of another type.
    pub async fn said<T: DeserializeOwned>(self) -> Result<(Op, String, T), Problem> {
        let body = content::text(&self.head.headers, self.body).await?;
        let said = content::read(&body)?;
        Ok((self.op, format!("{} {}\n{body}", self.head.method, self.head.uri.path()), said))
    }
}
