//! The migration files, embedded by the build script.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;

use super::error::MigrationError;

include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// One migration, for one engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Migration {
    pub(crate) number: i64,
    /// Number and name: `0001_key`.
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
}

impl Migration {
    pub(crate) fn checksum(&self) -> String {
        HEXLOWER.encode(digest(&SHA256, self.sql.as_bytes()).as_ref())
    }
}

/// The migrations of one engine, numbered from 1 without a gap.
pub(crate) fn migrations(is_postgres: bool) -> Result<Vec<Migration>, MigrationError> {
    let (ours, theirs) = if is_postgres { (POSTGRES, SQLITE) } else { (SQLITE, POSTGRES) };
    pair(ours, theirs)
}

fn pair(
    ours: &[(&'static str, &'static str)],
    theirs: &[(&'static str, &'static str)],
) -> Result<Vec<Migration>, MigrationError> {
    let mut paired = Vec::new();
    for (number, (name, sql)) in (1..).zip(ours) {
        let named = theirs.get(paired.len()).is_some_and(|(other, _)| other == name);
        if !named || name.split_once('_').and_then(|(digits, _)| digits.parse().ok()) != Some(number) {
            return Err(MigrationError::Unpaired((*name).to_owned()));
        }
        paired.push(Migration { number, name, sql });
    }
    match theirs.get(paired.len()) {
        Some((name, _)) => Err(MigrationError::Unpaired((*name).to_owned())),
        None => Ok(paired),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_engines_have_the_same_migrations() {
        let names = |is_postgres| migrations(is_postgres).unwrap().iter().map(|one| one.name).collect::<Vec<_>>();
        assert_eq!(names(false), names(true));
        assert_eq!(names(true).first(), Some(&"0001_key"));
    }

    #[test]
    fn a_gap_or_a_missing_partner_is_refused() {
        let (one, two, three) = (("0001_a", ""), ("0002_b", ""), ("0003_c", ""));
        let check = |ours: &[_], theirs: &[_], good| assert_eq!(pair(ours, theirs).is_ok(), good);
        check(&[one, two], &[one, two], true);
        check(&[one, three], &[one, three], false);
        check(&[one, two], &[one], false);
        check(&[one], &[one, two], false);
        check(&[one, two], &[one, three], false);
    }
}
