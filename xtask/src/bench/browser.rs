//! A fresh browser: cookies, redirects, forms.

use std::collections::BTreeMap;
use std::io;

use super::connection::{Answer, Connection, request};
use super::html;

/// A browser without history, talking to one server.
pub struct Browser {
    port: u16,
    connection: Connection,
    cookies: BTreeMap<String, String>,
    path: String,
}

/// Where a browser ended up: a page, or an address that is not the server's.
pub enum Landed {
    Page(Answer),
    Away(String),
}

impl Browser {
    pub const fn new(port: u16) -> Self {
        Self { port, connection: Connection::new(port), cookies: BTreeMap::new(), path: String::new() }
    }

    /// The value of the cookie whose name ends so.
    pub fn cookie(&self, end: &str) -> Option<(&str, &str)> {
        self.cookies.iter().find(|(name, _)| name.ends_with(end)).map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub async fn open(&mut self, path: &str) -> io::Result<Landed> {
        let answer = self.send("GET", path, "").await?;
        self.follow(answer).await
    }

    /// Fills in the page's form that has the first of `fields`, and sends it.
    pub async fn submit(&mut self, page: &Answer, fields: &[(&str, &str)]) -> io::Result<Landed> {
        let wanted = fields.first().map_or("", |(name, _)| name);
        let text = page.text();
        let form = html::form_with(&text, wanted)
            .ok_or_else(|| io::Error::other(format!("no form with `{wanted}` at {} ({})", self.path, page.status)))?;
        self.send_form(form, fields).await
    }

    /// Fills in the page's form that leads to `action`, and sends it.
    pub async fn submit_to(&mut self, page: &Answer, action: &str, fields: &[(&str, &str)]) -> io::Result<Landed> {
        let form = html::form_to(&page.text(), action).ok_or_else(|| {
            io::Error::other(format!("no form leads to `{action}` at {} ({})", self.path, page.status))
        })?;
        self.send_form(form, fields).await
    }

    async fn send_form(&mut self, form: html::Form, fields: &[(&str, &str)]) -> io::Result<Landed> {
        let body = html::encode(form.fields.iter().map(|(name, value)| {
            let typed = fields.iter().find(|(field, _)| field == name).map(|(_, typed)| *typed);
            (name.as_str(), typed.unwrap_or(value))
        }));
        let action = if form.action.is_empty() { self.path.clone() } else { form.action };
        let answer = self.send("POST", &action, &body).await?;
        self.follow(answer).await
    }

    async fn follow(&mut self, mut answer: Answer) -> io::Result<Landed> {
        for _ in 0..10 {
            let at_once = answer.header("refresh").and_then(|refresh| refresh.strip_prefix("0; url="));
            let Some(to) = answer.header("location").or(at_once).map(str::to_owned) else {
                return Ok(Landed::Page(answer));
            };
            let ours = format!("http://localhost:{}", self.port);
            let path = match to.strip_prefix(&ours) {
                Some(path) => path.to_owned(),
                None if to.starts_with('/') => to,
                None => return Ok(Landed::Away(to)),
            };
            answer = self.send("GET", &path, "").await?;
        }
        Err(io::Error::other("too many redirects"))
    }

    async fn send(&mut self, method: &str, path: &str, body: &str) -> io::Result<Answer> {
        self.path = path.to_owned();
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let origin = format!("http://localhost:{}", self.port);
        let mut headers = vec![("cookie", cookies.as_str())];
        if method == "POST" {
            headers.push(("content-type", "application/x-www-form-urlencoded"));
            headers.push(("origin", &origin));
        }
        let answer = self.connection.send(&request(method, path, self.port, &headers, body)).await?;
        for line in answer.headers.get("set-cookie").into_iter().flatten() {
            let pair = line.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                if value.is_empty() {
                    self.cookies.remove(name);
                } else {
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
            }
        }
        Ok(answer)
    }
}
