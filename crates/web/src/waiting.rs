//! Streams for pages that wait for an app: one event when there is something new, and the page goes on [WHATWG HTML §9.2].

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::stream::unfold;
use http::{HeaderValue, header};
use tokio::time::Instant;
use wardkey_usecases::Waiter;

/// After this long without a word a comment is sent, so that nobody on the way takes the connection for dead.
const SILENCE: Duration = Duration::from_secs(20);
/// After this long the page connects anew, and is looked at anew: a request does not stay open for longer.
const MOST_SILENCES: u16 = 18;

const CHANGED: &[u8] = b"event: changed\ndata: {}\n\n";
const COMMENT: &[u8] = b":\n\n";

/// What a stream finds when it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// Nothing has happened that the page does not show.
    Same,
    /// The page should go on.
    Changed,
    /// It could not be found out: after a silence it is looked at again.
    Failed,
}

/// A stream that says once that the page should go on. `look` finds out: at the beginning, whenever the app has moved, and
/// after `open_for`, when what is waited for ends by itself.
///
/// Nothing but this small state is held while somebody waits: no thread, no connection to the database, no page.
pub(crate) fn stream<F, L>(waiter: Waiter, open_for: Duration, look: L) -> Response
where
    F: Future<Output = Look> + Send + 'static,
    L: Fn() -> F + Send + 'static,
{
    let state = State { waiter, look, silences: 0, looks: true, failed: false, ends: Some(Instant::now() + open_for) };
    let mut response = Response::new(Body::from_stream(unfold(Some(state), |state| async move {
        let mut state = state?;
        let event = Box::pin(state.next()).await?;
        let left = (event != CHANGED).then_some(state);
        Some((Ok::<_, Infallible>(Bytes::from_static(event)), left))
    })));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that know it pass each event on at once, however they are set up.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

struct State<L> {
    waiter: Waiter,
    look: L,
    silences: u16,
    /// Whether to look before waiting.
    looks: bool,
    /// Whether the last look failed.
    failed: bool,
    /// When what is waited for ends by itself, until then.
    ends: Option<Instant>,
}

impl<F: Future<Output = Look>, L: Fn() -> F> State<L> {
    /// The next thing to say; nothing when the stream ends.
    async fn next(&mut self) -> Option<&'static [u8]> {
        loop {
            // Boxed, so that the room it takes is given back before the waiting begins.
            if std::mem::take(&mut self.looks) {
                match Box::pin((self.look)()).await {
                    Look::Changed => return Some(CHANGED),
                    Look::Same => {}
                    Look::Failed => self.failed = true,
                }
            }
            let silence = Instant::now() + SILENCE;
            let ends = self.ends.filter(|ends| *ends < silence);
            match tokio::time::timeout_at(ends.unwrap_or(silence), self.waiter.woken()).await {
                Ok(true) => self.looks = true,
                // The server stops: the page comes back, to whichever node.
                Ok(false) => return None,
                Err(_) if ends.is_some() => {
                    self.ends = None;
                    self.looks = true;
                }
                Err(_) if self.silences == MOST_SILENCES => return None,
                Err(_) => {
                    self.silences += 1;
                    self.looks = std::mem::take(&mut self.failed);
                    return Some(COMMENT);
                }
            }
        }
    }
}
