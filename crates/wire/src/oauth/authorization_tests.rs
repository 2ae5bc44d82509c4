use proptest::prelude::*;

use super::*;

const BASE: &str =
    "response_type=code&client_id=s6BhdRkqt3&redirect_uri=https%3A%2F%2Fclient.example.org%2Fcb&scope=openid";

fn parameters(extra: &str) -> Parameters {
    Parameters::parse(format!("{BASE}&{extra}").as_bytes()).unwrap()
}

fn parse(extra: &str) -> Result<AuthorizationRequest, OAuthError> {
    AuthorizationRequest::parse(&parameters(extra))
}

#[test]
fn the_example_of_the_standard_is_read() {
    // OpenID Connect Core 1.0 §3.1.2.1.
    let form = "response_type=code&scope=openid%20profile%20email&client_id=s6BhdRkqt3&state=af0ifjsldkj\
                &redirect_uri=https%3A%2F%2Fclient.example.org%2Fcb";
    let request = AuthorizationRequest::parse(&Parameters::parse(form.as_bytes()).unwrap()).unwrap();
    assert_eq!(request.address.client_id, "s6BhdRkqt3");
    assert_eq!(request.address.redirect_uri.as_deref(), Some("https://client.example.org/cb"));
    assert_eq!(request.address.state.as_deref(), Some("af0ifjsldkj"));
    assert_eq!(request.scope.to_string(), "openid profile email");
    assert!(request.is_openid());
}

#[test]
fn a_broken_request_gets_the_standard_error() {
    for (extra, code) in [
        ("state=a&state=b", ErrorCode::InvalidRequest),
        ("state=a%0Ab", ErrorCode::InvalidRequest),
        ("scope=x", ErrorCode::InvalidRequest),
        ("response_mode=fragment", ErrorCode::InvalidRequest),
        ("response_mode=web_message", ErrorCode::InvalidRequest),
        ("request=eyJhbGciOiJub25lIn0.e30.", ErrorCode::RequestNotSupported),
        ("request=", ErrorCode::RequestNotSupported),
        ("request_uri=https%3A%2F%2Fclient.example.org%2Fr.jwt", ErrorCode::RequestUriNotSupported),
        ("prompt=none%20login", ErrorCode::InvalidRequest),
        ("max_age=-1", ErrorCode::InvalidRequest),
        ("max_age=1.5", ErrorCode::InvalidRequest),
        ("max_age=%2B5", ErrorCode::InvalidRequest),
        ("max_age=99999999999", ErrorCode::InvalidRequest),
        ("code_challenge=abc", ErrorCode::InvalidRequest),
        ("code_challenge_method=S256", ErrorCode::InvalidRequest),
        ("claims=%7B", ErrorCode::InvalidRequest),
        ("unknown=1&unknown=2", ErrorCode::InvalidRequest),
    ] {
        assert_eq!(parse(extra).unwrap_err().code, code, "{extra}");
    }
    for (form, code) in [
        ("client_id=a&redirect_uri=https://b/", ErrorCode::InvalidRequest),
        ("client_id=a&redirect_uri=https://b/&response_type=token", ErrorCode::UnsupportedResponseType),
        ("client_id=a&redirect_uri=https://b/&response_type=code%20id_token", ErrorCode::UnsupportedResponseType),
        ("client_id=a&redirect_uri=https://b/&response_type=code&scope=%22", ErrorCode::InvalidScope),
    ] {
        let parameters = Parameters::parse(form.as_bytes()).unwrap();
        assert_eq!(AuthorizationRequest::parse(&parameters).unwrap_err().code, code, "{form}");
    }
}

#[test]
fn unknown_words_are_ignored() {
    let request = parse("prompt=create&display=hologram&resource=a&resource=b&x=1").unwrap();
    assert_eq!((request.prompt, request.display), (Prompt::Unspecified, None));
}

#[test]
fn prompts_are_read() {
    assert_eq!(parse("prompt=none").unwrap().prompt, Prompt::None);
    let both = Prompt::Show { login: true, consent: true, select_account: false };
    assert_eq!(parse("prompt=login%20consent").unwrap().prompt, both);
    assert!(both.asks_for_login() && !Prompt::None.asks_for_login());
}

#[test]
fn the_first_step_tells_where_an_error_may_go() {
    let start = |form: &str| Start::parse(&Parameters::parse(form.as_bytes()).unwrap());
    for bad in [
        "",
        "redirect_uri=https://b/",
        "client_id=a&client_id=b&redirect_uri=https://b/",
        "client_id=a&redirect_uri=https://b/&redirect_uri=https://c/",
        "client_id=a&redirect_uri=",
        "client_id=a&redirect_uri=https://b/%0d%0a",
        "request_uri=urn:ietf:params:oauth:request_uri:abcdefghijklmnop",
    ] {
        assert!(start(bad).is_err(), "{bad}");
    }
    let Ok(Start::Direct(address)) =
        start("client_id=a&redirect_uri=https://b/&response_mode=form_post&state=s&nonce=%22")
    else {
        panic!("not direct");
    };
    assert_eq!((address.response_mode, address.state.as_deref()), (ResponseMode::FormPost, Some("s")));
    let Ok(Start::Direct(address)) = start("client_id=a&redirect_uri=https://b/&response_mode=bad&state=a&state=b")
    else {
        panic!("not direct");
    };
    assert_eq!((address.response_mode, address.state), (ResponseMode::Query, None));
    let Ok(Start::Pushed { client_id, .. }) =
        start("client_id=a&request_uri=urn:ietf:params:oauth:request_uri:abcdefghijklmnop&state=a&state=b")
    else {
        panic!("not pushed");
    };
    assert_eq!(client_id, "a");
}

fn optional(pattern: &'static str) -> impl Strategy<Value = Option<String>> {
    prop::option::of(pattern)
}

fn prompt() -> impl Strategy<Value = Prompt> {
    prop_oneof![
        Just(Prompt::Unspecified),
        Just(Prompt::None),
        (any::<bool>(), any::<bool>()).prop_map(|(consent, select_account)| Prompt::Show {
            login: true,
            consent,
            select_account
        }),
    ]
}

prop_compose! {
    fn request()(
        client_id in "[!-~é]{1,40}", redirect_uri in optional("https://[a-z]{1,9}/[!-~]{0,20}"), state in optional("[ -~é€]{1,40}"),
        form_post in any::<bool>(), scope in "[a-z]{1,5}( [a-z]{1,5}){0,4}", nonce in optional("[!-~]{1,20}"),
        verifier in prop::option::of("[a-zA-Z0-9]{43,60}"), prompt in prompt(), max_age in prop::option::of(any::<u32>()),
        acr_values in prop::collection::vec("[!-~]{1,9}", 0..4), login_hint in optional("[!-~]{1,20}"),
        id_token_hint in optional("[!-~]{1,90}"), ui_locales in prop::collection::vec("[a-z]{2}", 0..3),
        display in prop::option::of(prop::sample::select(&[Display::Page, Display::Popup, Display::Touch, Display::Wap][..])),
    ) -> AuthorizationRequest {
        let response_mode = if form_post { ResponseMode::FormPost } else { ResponseMode::Query };
        AuthorizationRequest {
            address: ReturnAddress { client_id, redirect_uri, state, response_mode },
            scope: Scope::parse(&scope).unwrap(),
            nonce,
            code_challenge: verifier.map(|text| super::super::pkce::CodeVerifier::parse(&text).unwrap().challenge()),
            prompt, max_age, acr_values,
            claims: ClaimsRequest::parse(r#"{"id_token":{"acr":{"essential":true}}}"#).unwrap(),
            login_hint, id_token_hint, ui_locales, display,
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(request in request()) {
        let form = request.to_parameters().to_form();
        let read = AuthorizationRequest::parse(&Parameters::parse(form.as_bytes()).unwrap());
        prop_assert_eq!(read, Ok(request));
    }
}
