//! A person with a browser that runs no script.

use axum::http::{HeaderValue, Method, Request, Response, StatusCode, header};
use url::Url;

use super::cookies::Cookies;
use super::form::{Button, Form};
use super::page::Page;
use crate::transport::Transport;

/// More redirects than this are a loop.
const MAX_REDIRECTS: usize = 20;

/// A browser: cookies, the page it shows, and what was typed.
///
/// It follows redirects within the origin it was made for. One that leads to another origin is not followed: the page
/// stays, and [`Browser::left_for`] says where it would have gone.
#[derive(Clone, Debug)]
pub struct Browser {
    /// How it reaches the server.
    pub transport: Transport,
    /// Its cookies.
    pub cookies: Cookies,
    origin: Url,
    user_agent: String,
    headers: Vec<(String, String)>,
    page: Option<Page>,
    left_for: Option<Departure>,
}

/// Where the server sent the browser: to another origin.
#[derive(Clone, Debug)]
pub struct Departure {
    /// The address.
    pub url: Url,
    /// The fields of a form that is posted there; empty for a redirect.
    pub fields: Vec<(String, String)>,
}

impl Departure {
    /// A parameter of the address or a field of the form.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let posted = self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        posted.or_else(|| self.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()))
    }
}

impl Browser {
    /// A new browser without cookies, for the server whose issuer is `origin`.
    ///
    /// # Panics
    /// When `origin` is no address.
    pub fn new(transport: Transport, origin: &str) -> Self {
        Self {
            transport,
            cookies: Cookies::default(),
            origin: Url::parse(origin).expect("the issuer is an address"),
            user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36".to_owned(),
            headers: Vec::new(),
            page: None,
            left_for: None,
        }
    }

    /// The same browser behind a proxy that adds a header to every request.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The page it shows.
    ///
    /// # Panics
    /// Before the first page.
    pub fn page(&self) -> &Page {
        self.page.as_ref().expect("the browser shows a page")
    }

    /// Where the last answer sent it, outside the server's origin.
    pub fn left_for(&self) -> Option<&Departure> {
        self.left_for.as_ref()
    }

    /// Opens a path or an address.
    pub async fn open(&mut self, path: &str) -> &Page {
        let url = self.resolve(path);
        self.navigate(Method::GET, url, Vec::new(), false).await
    }

    /// Follows the link whose text is `text`.
    ///
    /// # Panics
    /// When there is none.
    pub async fn follow(&mut self, text: &str) -> &Page {
        let links = self.page().links();
        let href = links.iter().find(|(label, _)| label == text).map(|(_, href)| href.clone());
        let href = href.unwrap_or_else(|| panic!("no link `{text}` among {links:?}\n{}", self.page().text()));
        self.open(&href).await
    }

    /// Types `value` into the field `name`, or chooses the choice of that name and value.
    ///
    /// # Panics
    /// When no form has such a field.
    pub fn fill(&mut self, name: &str, value: &str) -> &mut Self {
        let page = self.page.as_mut().expect("the browser shows a page");
        let mut filled = false;
        for form in &mut page.forms {
            filled |= form.fill(name, value);
        }
        assert!(filled, "no field `{name}` for `{value}` on {}: {:?}\n{}", page.url, page.forms, page.text());
        self
    }

    /// Whether it shows a page at `path`.
    pub fn is_at(&self, path: &str) -> bool {
        self.page.as_ref().is_some_and(|page| page.path() == path)
    }

    /// Follows the first link whose text begins with `text`.
    ///
    /// # Panics
    /// When there is none.
    pub async fn follow_starting(&mut self, text: &str) -> &Page {
        let links = self.page().links();
        let whole = links.into_iter().map(|(label, _)| label).find(|label| label.starts_with(text));
        self.follow(&whole.unwrap_or_else(|| panic!("no link `{text}…` on {}", self.page().text()))).await
    }

    /// Presses the button that says `text`, or the first one whose text begins with it.
    ///
    /// # Panics
    /// When there is none.
    pub async fn press(&mut self, text: &str) -> &Page {
        let (form, button) = self.find_button(text);
        self.submit(&form, &button).await
    }

    /// Whether a button says `text`.
    pub fn has_button(&self, text: &str) -> bool {
        self.page().forms.iter().flat_map(|form| &form.buttons).any(|button| button.text == text)
    }

    /// Sends `fields` to `path`, as a page of ours would have, and nothing else: a page's anti-forgery token is one of them.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> &Page {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let url = self.resolve(path);
        self.navigate(Method::POST, url, fields, false).await
    }

    /// The code, state and other parameters that an application got.
    ///
    /// # Panics
    /// When the browser was not sent to an application.
    pub fn answer_to_application(&self) -> &Departure {
        self.left_for
            .as_ref()
            .unwrap_or_else(|| panic!("still on {} ({}): {}", self.page().url, self.page().status, self.page().text()))
    }

    fn find_button(&self, text: &str) -> (Form, Button) {
        let exact = |button: &&Button| button.text == text;
        let beginning = |button: &&Button| button.text.starts_with(text);
        let forms = &self.page().forms;
        let found = forms.iter().find_map(|form| Some((form, form.buttons.iter().find(exact)?)));
        let found = found.or_else(|| forms.iter().find_map(|form| Some((form, form.buttons.iter().find(beginning)?))));
        if let Some((form, button)) = found {
            return (form.clone(), button.clone());
        }
        panic!("no button `{text}` on {}: {:?}\n{}", self.page().url, self.page().forms, self.page().text())
    }

    async fn submit(&mut self, form: &Form, button: &Button) -> &Page {
        let action = button.action.as_deref().unwrap_or(&form.action);
        let mut url = if action.is_empty() { self.page().url.clone() } else { self.resolve(action) };
        let fields = form.sent_by(button);
        if form.method == "post" {
            return self.navigate(Method::POST, url, fields, form.in_parts).await;
        }
        url.query_pairs_mut().clear().extend_pairs(&fields);
        self.navigate(Method::GET, url, Vec::new(), false).await
    }

    fn resolve(&self, path: &str) -> Url {
        let base = self.page.as_ref().map_or(&self.origin, |page| &page.url);
        base.join(path).expect("a path that can be joined")
    }

    async fn navigate(
        &mut self,
        mut method: Method,
        mut url: Url,
        mut fields: Vec<(String, String)>,
        in_parts: bool,
    ) -> &Page {
        self.left_for = None;
        for _ in 0..MAX_REDIRECTS {
            if url.origin() != self.origin.origin() {
                self.left_for = Some(Departure { url, fields });
                return self.page.as_ref().expect("only a page leads elsewhere");
            }
            let answer = self.exchange(&method, &url, &fields, in_parts).await;
            let target = led_on(&answer).map(|target| url.join(target).expect("an address"));
            let keeps_method =
                matches!(answer.status(), StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
            let (parts, body) = answer.into_parts();
            self.page = Some(Page::new(url, parts.status, parts.headers, body));
            let Some(target) = target else { break };
            url = target;
            if !keeps_method {
                method = Method::GET;
                fields = Vec::new();
            }
        }
        self.page()
    }

    async fn exchange(
        &mut self,
        method: &Method,
        url: &Url,
        fields: &[(String, String)],
        in_parts: bool,
    ) -> Response<Vec<u8>> {
        let mut request = Request::builder()
            .method(method)
            .uri(url.path().to_owned() + &url.query().map(|query| format!("?{query}")).unwrap_or_default())
            .header(header::HOST, &url[url::Position::BeforeHost..url::Position::AfterPort])
            .header(header::USER_AGENT, &self.user_agent)
            .header(header::ACCEPT, "text/html,*/*;q=0.8");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(cookies) = self.cookies.header() {
            request = request.header(header::COOKIE, cookies);
        }
        if method == Method::POST {
            let kind = if in_parts { IN_PARTS } else { "application/x-www-form-urlencoded" };
            let kind = HeaderValue::from_static(kind);
            request = request
                .header(header::CONTENT_TYPE, kind)
                .header(header::ORIGIN, self.origin.origin().ascii_serialization());
        }
        let body = match *method {
            Method::POST if in_parts => in_parts_of(fields),
            Method::POST => encode(fields),
            _ => Vec::new(),
        };
        let answer = self.transport.send(request.body(body).expect("a request that can be built")).await;
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            self.cookies.keep(cookie.to_str().expect("a cookie is text"), self.origin.scheme() == "https");
        }
        answer
    }
}

/// Where an answer sends the browser without being asked: by a redirect, or as a page that goes on at once.
fn led_on(answer: &Response<Vec<u8>>) -> Option<&str> {
    let header = |name| answer.headers().get(name).map(|value: &HeaderValue| value.to_str().expect("an address"));
    match answer.status() {
        status if status.is_redirection() => header(header::LOCATION),
        _ => header(header::REFRESH)?.strip_prefix("0; url="),
    }
}

const IN_PARTS: &str = "multipart/form-data; boundary=wardkey-test-boundary";

/// A form with a file as it is posted [RFC 7578].
fn in_parts_of(fields: &[(String, String)]) -> Vec<u8> {
    let part = |(name, value): &(String, String)| {
        let file = if name == "file" { "; filename=\"file.csv\"\r\nContent-Type: text/csv" } else { "" };
        format!("--wardkey-test-boundary\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{value}\r\n")
    };
    let parts: String = fields.iter().map(part).collect();
    format!("{parts}--wardkey-test-boundary--\r\n").into_bytes()
}

/// A form as it is posted.
fn encode(fields: &[(String, String)]) -> Vec<u8> {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes()
}
