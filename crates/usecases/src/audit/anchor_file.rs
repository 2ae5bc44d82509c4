//! The anchor file: written by the sealer, read by the verifier. Each line is flushed to the disk before the next block.
//!
//! Several processes may share one file; a lock keeps their lines apart. A line that a crash tore is cut off.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use wardkey_domain::audit::AnchorLine;

/// How far an anchor file goes.
#[derive(Clone, Debug)]
pub(crate) struct AnchorTail {
    /// Its length up to the end of the last whole line.
    pub(crate) length: u64,
    /// The last whole line; an error when it is not one of ours.
    pub(crate) last: Option<Result<AnchorLine, &'static str>>,
}

/// What became of lines that were to be appended.
pub(crate) enum Appended {
    /// They are on the disk; the file is this long now.
    Written(u64),
    /// Somebody else has written in the meantime; nothing was done.
    Changed,
}

/// Reads the end of the file, making an empty one if there is none and cutting a torn line off.
pub(crate) fn open(path: &Path) -> io::Result<AnchorTail> {
    let mut file = open_locked(path)?;
    let tail = read_tail(&mut file)?;
    file.set_len(tail.length)?;
    file.sync_all()?;
    if tail.length == 0 {
        sync_folder(path)?;
    }
    Ok(tail)
}

/// Appends `lines` if the file is still `length` long.
pub(crate) fn append(path: &Path, length: u64, lines: &[AnchorLine]) -> io::Result<Appended> {
    let mut file = open_locked(path)?;
    if file.metadata()?.len() != length {
        return Ok(Appended::Changed);
    }
    let mut text = String::new();
    for line in lines {
        text.push_str(&line.to_string());
        text.push('\n');
    }
    file.seek(SeekFrom::End(0))?;
    file.write_all(text.as_bytes())?;
    // SECURITY: the file is evidence only once the disk has it.
    file.sync_data()?;
    Ok(Appended::Written(length.saturating_add(u64::try_from(text.len()).unwrap_or(0))))
}

/// Reads the end of the file without touching it; nothing when there is no file.
pub(crate) fn tail(path: &Path) -> io::Result<Option<AnchorTail>> {
    match File::open(path) {
        Ok(mut file) => read_tail(&mut file).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The lock goes with the handle: closing it lets the next one in.
fn open_locked(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    file.lock()?;
    Ok(file)
}

/// A line has less than 300 bytes, so the last kilobyte holds a whole one besides a torn one.
fn read_tail(file: &mut File) -> io::Result<AnchorTail> {
    let end = file.metadata()?.len();
    let start = end.saturating_sub(1_024);
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    Read::by_ref(file).take(end.saturating_sub(start)).read_to_end(&mut bytes)?;
    let Some(last_end) = bytes.iter().rposition(|byte| *byte == b'\n') else {
        return Ok(AnchorTail { length: 0, last: None });
    };
    let whole = bytes.get(..last_end).unwrap_or_default();
    let line_start = whole.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at.saturating_add(1));
    let line = String::from_utf8_lossy(whole.get(line_start..).unwrap_or_default());
    let length = start.saturating_add(u64::try_from(last_end).unwrap_or(0)).saturating_add(1);
    Ok(AnchorTail { length, last: Some(AnchorLine::parse(&line)) })
}

/// A new file is safe only once its folder knows it.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}
