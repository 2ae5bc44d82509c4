//! The one layer around every router.
//!
//! It is one and not three because each layer costs every request two allocations, also those that are answered from
//! memory tens of thousands of times a second.

use std::panic::AssertUnwindSafe;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;

use crate::settings::PeerAddress;
use crate::web::Web;
use crate::{catch_panic, circumstances, draw, headers};

/// Reads the circumstances for everything inside, draws its answer, turns a panic into a page, and sets the security headers.
pub(crate) async fn edge(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<PeerAddress>().copied();
    let (circumstances, cookies) = circumstances::read(&web, peer, request.headers()).await;
    request.extensions_mut().insert(circumstances.clone());
    request.extensions_mut().insert(cookies.clone());
    // The request is given up with the handler that panicked: nobody sees a state that was left half-way.
    let response = AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(catch_panic::answer);
    let mut response = draw::draw(&web, &circumstances, &cookies, response).await;
    headers::secure(&web, &mut response);
    response
}
