//! What the tests share: a moment, and a certificate.

use std::path::PathBuf;
use std::sync::Arc;

use wardkey_domain::time::Timestamp;
use wardkey_gateway::ambient::Ambient;
pub use wardkey_gateway::testing::Peer;

/// The moment at which tests happen, except where a peer compares it with its own clock.
pub const NOW: i64 = 1_795_320_000;

/// The time stands still, and randomness is none.
pub fn ambient() -> Ambient {
    Ambient { clock: Arc::new(|| Timestamp::from_seconds(NOW)), random: Arc::new(|bytes| bytes.fill(7)) }
}

/// A certificate for `localhost` on disk, and the authority to trust it by.
pub struct Certificate {
    folder: PathBuf,
    pub pem: Vec<u8>,
}

impl Certificate {
    pub fn new(name: &str) -> Self {
        let issued = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let folder = std::env::temp_dir().join(format!("wardkey-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("key.pem"), issued.signing_key.serialize_pem()).unwrap();
        std::fs::write(folder.join("cert.pem"), issued.cert.pem()).unwrap();
        Self { folder, pem: issued.cert.pem().into_bytes() }
    }

    pub fn key(&self) -> PathBuf {
        self.folder.join("key.pem")
    }

    pub fn cert(&self) -> PathBuf {
        self.folder.join("cert.pem")
    }
}

impl Drop for Certificate {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
