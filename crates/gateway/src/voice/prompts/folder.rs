//! Prompts of one's own: those of whoever runs the product, and those of single organisations.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use wardkey_domain::directory::OdsCode;

use super::prompt::{MAX_FILE, Prompt, PromptError};
use super::set::{PromptSet, named, names};

/// The prompts of each organisation. Cheap to clone.
#[derive(Clone, Debug)]
pub struct OwnPrompts {
    everybody: PromptSet,
    organisations: Arc<BTreeMap<OdsCode, PromptSet>>,
}

/// Why a folder of prompts cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PromptFolderError {
    /// A file cannot be read.
    #[error("cannot read the prompt `{path}`")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file is no prompt.
    #[error("the prompt `{path}` cannot be used")]
    Bad {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: PromptError,
    },
    /// A file has a name that no prompt has.
    #[error("no prompt is called `{path}`; prompts are called {known}")]
    Unknown {
        /// Which file.
        path: PathBuf,
        /// The names that there are.
        known: String,
    },
    /// Two folders are named by the same code, in capital and in small letters.
    #[error("the folder `{path}` is not the only one of its organisation")]
    Twice {
        /// The second of them.
        path: PathBuf,
    },
    /// A folder has a name that no organisation can have.
    #[error("the folder `{path}` is not named by the ODS code of an organisation")]
    NotAnOrganisation {
        /// Which folder.
        path: PathBuf,
    },
}

impl OwnPrompts {
    /// Ours, in English, for everybody.
    pub fn english() -> Self {
        Self { everybody: PromptSet::english(), organisations: Arc::default() }
    }

    /// Ours, with those replaced for which `folder` has a file: `greeting.wav`, `press-hash.wav` and so on; and, for the
    /// people of an organisation, with those for which the folder in it that is named by its ODS code has a file.
    ///
    /// # Errors
    /// A file cannot be read, is no prompt, or has a name that no prompt has; or a folder in it is no organisation's, or is
    /// the second of one.
    pub fn from_folder(folder: &Path) -> Result<Self, PromptFolderError> {
        let mut everybody = PromptSet::english();
        let mut folders = Vec::new();
        for path in entries(folder)? {
            if path.is_dir() {
                folders.push(path);
            } else {
                everybody = replaced(everybody, &path)?;
            }
        }
        let mut organisations = BTreeMap::new();
        for folder in folders {
            let code = OdsCode::parse(&name_of(&folder));
            let code = code.map_err(|_| PromptFolderError::NotAnOrganisation { path: folder.clone() })?;
            let own = entries(&folder)?.iter().try_fold(everybody.clone(), |own, path| replaced(own, path))?;
            if organisations.insert(code, own).is_some() {
                return Err(PromptFolderError::Twice { path: folder });
            }
        }
        Ok(Self { everybody, organisations: Arc::new(organisations) })
    }

    /// The prompts of an organisation.
    pub fn of(&self, organisation: &OdsCode) -> &PromptSet {
        self.organisations.get(organisation).unwrap_or(&self.everybody)
    }
}

/// The set with the prompt that `path` holds; the same, if it is no sound at all.
fn replaced(set: PromptSet, path: &Path) -> Result<PromptSet, PromptFolderError> {
    let name = name_of(path);
    let Some(stem) = name.strip_suffix(".wav") else { return Ok(set) };
    let Some(id) = named(stem) else {
        let known: Vec<_> = names().map(|known| format!("`{known}.wav`")).collect();
        return Err(PromptFolderError::Unknown { path: path.to_owned(), known: known.join(", ") });
    };
    let length = std::fs::metadata(path).map_err(unreadable(path))?.len();
    // Its size is known before it is read: a folder may hold anything.
    let prompt = if length > MAX_FILE as u64 {
        Err(PromptError::TooLarge)
    } else {
        Prompt::from_wav(&std::fs::read(path).map_err(unreadable(path))?)
    };
    Ok(set.with(id, prompt.map_err(|source| PromptFolderError::Bad { path: path.to_owned(), source })?))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, PromptFolderError> {
    let entries = std::fs::read_dir(folder).map_err(unreadable(folder))?;
    let paths = entries.map(|entry| Ok(entry.map_err(unreadable(folder))?.path()));
    // What begins with a dot belongs to whoever put the folder there, such as a mount.
    paths.filter(|path| path.as_ref().map_or(true, |path| !name_of(path).starts_with('.'))).collect()
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn unreadable(path: &Path) -> impl Fn(io::Error) -> PromptFolderError {
    let path = path.to_owned();
    move |source| PromptFolderError::Read { path: path.clone(), source }
}
