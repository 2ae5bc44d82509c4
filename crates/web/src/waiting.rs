//! Streams for pages that wait for an app: one event when there is something new, and the page goes on [WHATWG HTML §9.2].

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::stream::unfold;
use http::{HeaderValue, header};
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
}

/// A stream that says once that the page should go on. `look` finds out, at the beginning, whenever the app has moved, and
/// from time to time, since a request also ends by itself.
///
/// Nothing but this small state is held while somebody waits: no thread, no connection to the database, no page.
pub(crate) fn stream<F, L>(waiter: Waiter, look: L) -> Response
where
    F: Future<Output = Look> + Send + 'static,
    L: Fn() -> F + Send + 'static,
{
    let state = State { waiter, look, silences: 0, looks: true };
    let mut response = Response::new(Body::from_stream(unfold(Some(state), |state| async move {
        let mut state = state?;
        let event = Box::pin(state.next()).await?;
        let left = (event != CHANGED).then_some(state);
        Some((Ok::<_, Infallible>(Bytes::from_static(event)), left))
    })));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

struct State<L> {
    waiter: Waiter,
    look: L,
    silences: u16,
    /// Whether to look before waiting.
    looks: bool,
}

impl<F: Future<Output = Look>, L: Fn() -> F> State<L> {
    /// The next thing to say; nothing when the stream ends.
    async fn next(&mut self) -> Option<&'static [u8]> {
        loop {
            if std::mem::take(&mut self.looks) && (self.look)().await == Look::Changed {
                return Some(CHANGED);
            }
            match tokio::time::timeout(SILENCE, self.waiter.woken()).await {
                Ok(true) => self.looks = true,
                // The server stops: the page comes back, to whichever node.
                Ok(false) => return None,
                Err(_) if self.silences == MOST_SILENCES => return None,
                Err(_) => {
                    self.silences += 1;
                    self.looks = true;
                    return Some(COMMENT);
                }
            }
        }
    }
}
