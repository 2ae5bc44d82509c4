//! Files are read and written on threads of their own, so that nothing else waits for a disk.

use crate::{Error, Result};

/// Does `work` on such a thread; `context` fits after "failed to".
pub(super) async fn blocking<T: Send + 'static>(
    context: &'static str,
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T> {
    let outcome = tokio::task::spawn_blocking(work).await.map_err(|error| Error::internal(context, error))?;
    outcome.map_err(|error| Error::internal(context, error))
}
