//! The description of the API [OpenAPI 3.1.0], put together from what stands at each call.

use utoipa::OpenApi;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Ref, Type};
use utoipa::openapi::security::{ClientCredentials, Flow, OAuth2, Scopes, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, HttpMethod, OpenApi as Document, RefOr, Required, Response, ResponseBuilder, ServerBuilder,
};
use wardkey_domain::permission::ApiScope;

use super::content::PROBLEM;
use super::endpoint::{coverage, deeds, description, organisations, people, reports};
use super::problem::{ProblemKind, Written};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Wardkey management API",
        version = "1.0.0",
        description = "What administrators do on pages, for other programs: the same rules, the same audit.\n\n\
            An application acts by itself, with an access token that it gets by the client credentials grant \
            (RFC 6749, section 4.4), in the organisation that answers for it and all below it. Each call needs the scope that it \
            names. What lies elsewhere is answered like what is not there.\n\n\
            What goes wrong is a problem (RFC 9457). A change needs a header `Idempotency-Key`: sent again with the same key \
            within 24 hours, it is done once and answered alike. A list says in `next` where it goes on.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(
        people::list,
        people::see,
        people::sign_ins,
        deeds::enable_mfa,
        deeds::disable,
        deeds::enable,
        deeds::end_sessions,
        deeds::mark_compromised,
        organisations::list,
        coverage::all,
        coverage::one,
        reports::take,
        description::show,
    ),
    components(schemas(Written)),
    tags(
        (name = "People", description = "Looking people up."),
        (name = "Changes", description = "What is done to accounts. An account that holds a role is changed by people only."),
        (name = "Organisations", description = "Which there are."),
        (name = "Figures", description = "How many people are protected, and reports."),
        (name = "Description", description = "What the API is."),
    ),
)]
struct Written31;

/// The description as JSON, for the server at `issuer`.
pub fn document(issuer: &str) -> String {
    let mut document = Written31::openapi();
    document.servers = Some(vec![ServerBuilder::new().url(issuer).build()]);
    let mut components = document.components.take().unwrap_or_default();
    components.security_schemes.insert("oauth2".to_owned(), oauth2(issuer).into());
    for kind in PROBLEMS {
        components.responses.insert(name(kind), problem(kind).into());
    }
    document.components = Some(components);
    complete(&mut document);
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// Those that are told from each other by their statuses.
const PROBLEMS: [ProblemKind; 12] = [
    ProblemKind::BadRequest,
    ProblemKind::Unauthorised,
    ProblemKind::Forbidden,
    ProblemKind::NotFound,
    ProblemKind::NotAcceptable,
    ProblemKind::Conflict,
    ProblemKind::TooLarge,
    ProblemKind::UnsupportedType,
    ProblemKind::Invalid,
    ProblemKind::TooMany,
    ProblemKind::Fault,
    ProblemKind::Unavailable,
];

fn oauth2(issuer: &str) -> SecurityScheme {
    let words = |scope: &ApiScope| {
        let actions: Vec<_> = scope.actions().iter().map(|action| action.words()).collect();
        (scope.as_str().to_owned(), actions.join(", "))
    };
    // SCIM has a description of its own [RFC 7643].
    let ours = ApiScope::ALL.iter().filter(|scope| **scope != ApiScope::Provision);
    let flow = ClientCredentials::new(format!("{issuer}/oauth/token"), Scopes::from_iter(ours.map(words)));
    SecurityScheme::OAuth2(OAuth2::new([Flow::ClientCredentials(flow)]))
}

fn name(kind: ProblemKind) -> String {
    format!("Problem{}", kind.status().as_u16())
}

/// What an answer with this problem looks like.
fn problem(kind: ProblemKind) -> Response {
    let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let response = ResponseBuilder::new().description(format!("{}.", kind.title())).content(PROBLEM, content);
    let header = |kind: Type, words: &str| {
        HeaderBuilder::new().schema(Some(ObjectBuilder::new().schema_type(kind))).description(Some(words)).build()
    };
    let response = match kind {
        ProblemKind::TooMany | ProblemKind::Unavailable => {
            response.header("Retry-After", header(Type::Integer, "When to try again, in seconds."))
        }
        ProblemKind::Unauthorised | ProblemKind::Forbidden => response
            .header("WWW-Authenticate", header(Type::String, "What the token lacks [RFC 6750 §3], if it is that.")),
        _ => response,
    };
    response.build()
}

/// Adds to each call what it shares with others.
fn complete(document: &mut Document) {
    for PathItem { get, post, .. } in document.paths.paths.values_mut() {
        if let Some(operation) = get.as_mut().filter(|operation| operation.operation_id.as_deref() != Some("describe"))
        {
            fails(operation, &HttpMethod::Get);
        }
        if let Some(operation) = post {
            operation.parameters.get_or_insert_default().push(key().into());
            if let Some(RefOr::T(response)) = operation.responses.responses.get_mut("200") {
                let words = "`true` where this was done before under the same key, and is not done again.";
                let schema = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["true"]));
                let header = HeaderBuilder::new().schema(Some(schema)).description(Some(words)).build();
                response.headers.insert("Idempotency-Replayed".to_owned(), header.into());
            }
            fails(operation, &HttpMethod::Post);
        }
    }
}

fn fails(operation: &mut Operation, method: &HttpMethod) {
    for kind in PROBLEMS {
        let only_changes = matches!(
            kind,
            ProblemKind::Conflict | ProblemKind::TooLarge | ProblemKind::UnsupportedType | ProblemKind::Invalid
        );
        // A table that would be too large is in the way of itself.
        let is_table = operation.operation_id.as_deref() == Some("takeReport") && kind == ProblemKind::Conflict;
        if !only_changes || *method == HttpMethod::Post || is_table {
            let status = kind.status().as_u16().to_string();
            operation.responses.responses.insert(status, RefOr::Ref(Ref::from_response_name(name(kind))));
        }
    }
}

fn key() -> utoipa::openapi::path::Parameter {
    let plain = "[A-Za-z0-9._:-]{16,128}";
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(format!("^({plain}|\"{plain}\")$")))
        .examples(["8e03978e-40d5-43dd-bc93-6894a57f9324"]);
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some("Names this request, for example by a UUID: sent again within 24 hours, it is done once."))
        .schema(Some(schema))
        .build()
}
