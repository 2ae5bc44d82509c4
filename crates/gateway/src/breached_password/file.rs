//! The file itself, read off the asynchronous threads.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use wardkey_domain::secret::Secret;

use super::search::{Digest, SearchError, contains};

/// The operator's file of breached passwords, if there is one. Cheap to clone.
#[derive(Clone, Debug)]
pub struct BreachedPasswords(Option<Arc<Source>>);

#[derive(Debug)]
struct Source {
    path: PathBuf,
    file: File,
    length: u64,
}

/// The file of breached passwords could not be used: a fault, never "not found".
#[derive(Debug, thiserror::Error)]
pub enum BreachedError {
    /// It could not be opened.
    #[error("cannot open the file of breached passwords `{path}`")]
    Open {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is empty or not a file.
    #[error("the file of breached passwords `{path}` is empty or not a file")]
    Empty {
        /// Which file.
        path: PathBuf,
    },
    /// It could not be searched.
    #[error("cannot search the file of breached passwords `{path}`")]
    Search {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl BreachedPasswords {
    /// No file: nothing is known from breaches.
    pub const fn none() -> Self {
        Self(None)
    }

    /// Opens a file in the published format and searches it once, so that a wrong file is noticed at start.
    ///
    /// # Errors
    /// When it cannot be opened or is not in that format.
    pub fn open(path: &Path) -> Result<Self, BreachedError> {
        let opened = File::open(path).and_then(|file| file.metadata().map(|metadata| (file, metadata)));
        let (file, metadata) = opened.map_err(|source| BreachedError::Open { path: path.to_owned(), source })?;
        if !metadata.is_file() || metadata.len() == 0 {
            return Err(BreachedError::Empty { path: path.to_owned() });
        }
        let source = Source { path: path.to_owned(), file, length: metadata.len() };
        // These two walk to the first and to the last line.
        source.contains(&[0; 20])?;
        source.contains(&[0xff; 20])?;
        Ok(Self(Some(Arc::new(source))))
    }

    /// Whether there is a file.
    pub const fn is_available(&self) -> bool {
        self.0.is_some()
    }

    /// Whether `password` stands in the file. Without a file, none does.
    ///
    /// # Errors
    /// When the file cannot be read, or is malformed where the password would stand.
    pub async fn contains(&self, password: &Secret<String>) -> Result<bool, BreachedError> {
        let Some(source) = self.0.clone() else { return Ok(false) };
        let wanted = sha1(password);
        let path = source.path.clone();
        let search = tokio::task::spawn_blocking(move || source.contains(&wanted));
        search.await.map_err(|source| BreachedError::Search { path, source: source.into() })?
    }
}

impl Source {
    fn contains(&self, wanted: &Digest) -> Result<bool, BreachedError> {
        let searched = contains(&|buffer, offset| self.file.read_at(buffer, offset), self.length, wanted);
        searched.map_err(|source: SearchError| BreachedError::Search { path: self.path.clone(), source: source.into() })
    }
}

/// SHA-1 is the key of the published list; it protects nothing here.
fn sha1(password: &Secret<String>) -> Digest {
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.expose().as_bytes());
    let mut wanted = Digest::default();
    for (to, from) in wanted.iter_mut().zip(hash.as_ref()) {
        *to = *from;
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    const BREACHED: [&str; 4] = ["password1234", "qwertyuiop12", "iloveyou1234", "three wet umbrellas"];

    /// Writes a file that the test's end removes.
    struct Written(PathBuf);

    impl Written {
        fn new(name: &str, contents: &str) -> Self {
            let path = std::env::temp_dir().join(format!("wardkey-breached-{}-{name}", std::process::id()));
            std::fs::write(&path, contents).unwrap();
            Self(path)
        }
    }

    impl Drop for Written {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    fn published_format() -> String {
        let secret = |text: &&str| Secret::new((*text).to_owned());
        let hex = |digest: Digest| digest.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
        let mut lines: Vec<_> = BREACHED.iter().map(|text| format!("{}:17\r\n", hex(sha1(&secret(text))))).collect();
        lines.sort();
        lines.concat()
    }

    async fn find(breached: &BreachedPasswords, text: &str) -> bool {
        breached.contains(&Secret::new(text.to_owned())).await.unwrap()
    }

    #[tokio::test]
    async fn a_breached_password_is_found_and_another_is_not() {
        let file = Written::new("found", &published_format());
        let breached = BreachedPasswords::open(&file.0).unwrap();
        for text in BREACHED {
            assert!(find(&breached, text).await, "{text}");
        }
        assert!(!find(&breached, "four wet umbrellas").await);
    }

    #[tokio::test]
    async fn without_a_file_no_password_is_breached() {
        assert!(!find(&BreachedPasswords::none(), "password1234").await);
    }

    #[test]
    fn a_wrong_file_is_noticed_at_start() {
        for (name, contents) in
            [("empty", ""), ("words", "password1234\nqwertyuiop12\n"), ("ntlm", "8846F7EAEE8FB117AD06BDD830B7586C:3\n")]
        {
            let file = Written::new(name, contents);
            assert!(BreachedPasswords::open(&file.0).is_err(), "{name}");
        }
        assert!(BreachedPasswords::open(Path::new("/nowhere/breached.txt")).is_err());
        assert!(BreachedPasswords::open(&std::env::temp_dir()).is_err());
    }
}
