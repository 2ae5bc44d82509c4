//! Why a trunk cannot be used.

use std::io;

/// Why a trunk cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum TrunkError {
    /// A setting makes no sense.
    #[error("the setting `{setting}` of the trunk `{trunk}` is wrong: {why}")]
    Setting {
        /// Which trunk.
        trunk: String,
        /// Which setting.
        setting: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Our own address cannot be listened on.
    #[error("the trunk `{trunk}` cannot listen on `{address}`")]
    Bind {
        /// Which trunk.
        trunk: String,
        /// Where.
        address: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The certificate authorities cannot be read.
    #[error("the certificate authorities of the trunk `{trunk}` cannot be read")]
    Roots {
        /// Which trunk.
        trunk: String,
    },
    /// The system has no thread or no descriptor left.
    #[error("the threads of a trunk cannot be started")]
    Thread(#[source] io::Error),
}
