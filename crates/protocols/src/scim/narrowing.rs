//! What of a filter an index can answer.

use wardkey_usecases::directory::Exact;
use wardkey_wire::scim::{AttributePath, Comparison, ENTERPRISE_SCHEMA, Filter, Literal, Operator, USER_SCHEMA};

/// What of a filter on people an index can answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowing {
    /// What leads to a few at once.
    pub exact: Option<Exact>,
    /// The organisation.
    pub ods_code: Option<String>,
    /// Whether they may sign in.
    pub active: Option<bool>,
    /// Whether the rest of the filter has to be looked at for each.
    pub is_partial: bool,
}

impl Narrowing {
    /// Finds out what everybody of whom `filter` holds has in common.
    pub fn of(filter: Option<&Filter>) -> Self {
        let mut found = Self::default();
        for conjunct in filter.map(Filter::conjuncts).unwrap_or_default() {
            if !found.take(conjunct) {
                found.is_partial = true;
            }
        }
        found
    }

    /// Says whether an index answers all of `filter`.
    fn take(&mut self, filter: &Filter) -> bool {
        match filter {
            Filter::Compare(Comparison { path, operator: Operator::Equal, value }) => self.take_equal(path, value),
            Filter::Among(path, among) if is_core(path, "emails") && path.part.is_none() => {
                let value = among.conjuncts().into_iter().find_map(|conjunct| match conjunct {
                    Filter::Compare(Comparison { path, operator: Operator::Equal, value: Literal::Text(text) })
                        if path.name.eq_ignore_ascii_case("value") =>
                    {
                        Some(text)
                    }
                    _other => None,
                });
                if let Some(text) = value {
                    self.exact.get_or_insert_with(|| Exact::Address(text.clone()));
                }
                false
            }
            Filter::Compare(_)
            | Filter::Among(..)
            | Filter::And(_)
            | Filter::Or(_)
            | Filter::Not(_)
            | Filter::Present(_) => false,
        }
    }

    fn take_equal(&mut self, path: &AttributePath, value: &Literal) -> bool {
        let part = path.part.as_deref();
        match value {
            Literal::Boolean(active) if is_core(path, "active") && self.active.is_none() => {
                self.active = Some(*active);
                true
            }
            Literal::Text(code) if is_organization(path) && self.ods_code.is_none() => {
                self.ods_code = Some(code.clone());
                true
            }
            Literal::Text(text) => {
                let is_address = part.is_none_or(|part| part.eq_ignore_ascii_case("value"));
                let exact = if is_core(path, "id") {
                    Exact::Id(text.clone())
                } else if is_core(path, "userName") {
                    Exact::UserName(text.clone())
                } else if is_core(path, "externalId") {
                    Exact::ExternalId(text.clone())
                } else if is_core(path, "emails") && is_address {
                    Exact::Address(text.clone())
                } else {
                    return false;
                };
                self.exact.get_or_insert(exact);
                // It is asked of the few that are found.
                false
            }
            Literal::Boolean(_) | Literal::Number(_) | Literal::Null => false,
        }
    }
}

fn is_core(path: &AttributePath, name: &str) -> bool {
    path.urn.as_deref().is_none_or(|urn| urn.eq_ignore_ascii_case(USER_SCHEMA)) && path.name.eq_ignore_ascii_case(name)
}

fn is_organization(path: &AttributePath) -> bool {
    path.urn.as_deref().is_some_and(|urn| urn.eq_ignore_ascii_case(ENTERPRISE_SCHEMA))
        && path.name.eq_ignore_ascii_case("organization")
}

#[cfg(test)]
mod tests {
    use wardkey_wire::scim::USER;

    use super::*;

    fn check(filter: &str, exact: Option<Exact>, ods_code: Option<&str>, active: Option<bool>, is_partial: bool) {
        let read = Filter::parse_for(&USER, filter).unwrap();
        let expected = Narrowing { exact, ods_code: ods_code.map(str::to_owned), active, is_partial };
        assert_eq!(Narrowing::of(Some(&read)), expected, "{filter}");
    }

    #[test]
    fn what_an_index_answers_is_found_in_a_conjunction() {
        let text = str::to_owned;
        check(r#"USERNAME Eq "a""#, Some(Exact::UserName(text("a"))), None, None, true);
        check(r#"externalId eq "a" and active eq true"#, Some(Exact::ExternalId(text("a"))), None, Some(true), true);
        check(r#"emails.value eq "a""#, Some(Exact::Address(text("a"))), None, None, true);
        check(r#"emails[type eq "work"].value eq "a""#, Some(Exact::Address(text("a"))), None, None, true);
        check(r#"id eq "a""#, Some(Exact::Id(text("a"))), None, None, true);
        check("active eq false", None, None, Some(false), false);
        let organization = format!(r#"{ENTERPRISE_SCHEMA}:organization eq "RAA" and active eq true"#);
        check(&organization, None, Some("RAA"), Some(true), false);
        assert_eq!(Narrowing::of(None), Narrowing::default());
    }

    #[test]
    fn what_none_answers_is_looked_at() {
        check(r#"userName sw "a""#, None, None, None, true);
        check(r#"userName eq "a" or active eq true"#, None, None, None, true);
        check("not (active eq true)", None, None, None, true);
        check("active eq true and active eq false", None, None, Some(true), true);
        check("active eq null", None, None, None, true);
        check(r#"emails.type eq "work""#, None, None, None, true);
    }
}
