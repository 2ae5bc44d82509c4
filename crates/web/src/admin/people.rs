//! Finding people.

use serde::{Deserialize, Serialize};
use url::form_urlencoded::Serializer;
use wardkey_domain::access::{Baseline, FactorSet};
use wardkey_domain::directory::{AccountKind, StatusName};
use wardkey_domain::factor::{FactorKind, definition};
use wardkey_domain::op::Op;
use wardkey_domain::report::{Cover, MfaStatus, PeopleFilter};
use wardkey_usecases::access::{may_see_cases, may_see_exceptions, may_see_policies};
use wardkey_usecases::directory::{bulk_deeds, may_import_tokens};
use wardkey_usecases::message::may_see_messages;
use wardkey_usecases::report::{
    FoundPeople, FoundPerson, SearchFor, find_people, may_find_people, may_see_coverage, may_see_reports,
};

use crate::address::Params;
use crate::error::PageError;
use crate::form::Fields;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::view::moment;

/// What stands in the address: whom the list shows. A link to a list can be kept, and sent to a colleague.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Search {
    /// What was typed.
    pub(crate) q: Option<String>,
    /// The code of an organisation.
    pub(crate) organisation: String,
    pub(crate) kind: String,
    pub(crate) status: String,
    pub(crate) mfa: String,
    pub(crate) cover: String,
    pub(crate) method: String,
    pub(crate) baseline: String,
    pub(crate) role: String,
    pub(crate) signed_in: String,
    /// Where the page before ended.
    #[serde(skip_serializing)]
    pub(crate) after: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct PeopleView {
    /// What is searched for.
    pub(crate) search: Search,
    /// Whether something was searched for.
    pub(crate) searched: bool,
    /// What the list is narrowed by beside what was typed.
    pub(crate) narrowed: Vec<String>,
    pub(crate) choices: Choices,
    pub(crate) people: Vec<PersonRow>,
    /// The address of the next page, if there is one.
    pub(crate) next: Option<String>,
    /// Whether the person may change many accounts at once.
    pub(crate) changes: bool,
    /// Where everybody who is found is changed.
    pub(crate) change_all: String,
    /// Whether the person sees reports; whoever finds people does.
    pub(crate) sees_reports: bool,
    /// Whether they see which messages did not arrive.
    pub(crate) sees_messages: bool,
    /// Whether the person sees policies.
    pub(crate) sees_policies: bool,
    /// Whether the person sees exceptions.
    pub(crate) sees_exceptions: bool,
    /// Whether the person sees who is covered.
    pub(crate) sees_coverage: bool,
    /// Whether the person may take hardware tokens in.
    pub(crate) takes_tokens: bool,
    /// Whether the person works on cases of compromised accounts.
    pub(crate) works_on_cases: bool,
}

/// What can be chosen in each list of the form, with its words.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Choices {
    kind: Vec<Choice>,
    status: Vec<Choice>,
    mfa: Vec<Choice>,
    cover: Vec<Choice>,
    method: Vec<Choice>,
    baseline: Vec<Choice>,
    role: Vec<Choice>,
    signed_in: Vec<Choice>,
}

/// One choice.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Choice {
    value: String,
    text: String,
}

/// One person found.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PersonRow {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) kind: &'static str,
    pub(crate) status: &'static str,
    pub(crate) status_colour: &'static str,
    pub(crate) organisation: String,
    /// How they stand with multi-factor authentication; nothing in the second after they were added.
    pub(crate) mfa: Option<&'static str>,
    pub(crate) mfa_colour: &'static str,
    /// Their second factors, in words.
    pub(crate) methods: Vec<&'static str>,
    pub(crate) is_privileged: bool,
    /// When they signed in last.
    pub(crate) signed_in: Option<String>,
    /// The address of the account's page.
    pub(crate) see: String,
    /// The field that ticks it.
    pub(crate) tick: String,
}

impl From<FoundPerson> for PersonRow {
    fn from(person: FoundPerson) -> Self {
        Self {
            name: person.display_name,
            address: person.address,
            kind: person.kind.words(),
            status: person.status.words(),
            status_colour: super::account::colour(person.status),
            organisation: format!("{} ({})", person.organisation, person.ods_code),
            mfa: person.mfa.map(MfaStatus::words),
            mfa_colour: person.mfa.map_or("grey", mfa_colour),
            methods: names(person.methods),
            is_privileged: person.is_privileged,
            signed_in: person.last_signed_in_at.map(moment),
            see: routes::admin_account(person.id),
            tick: format!("tick-{}", person.id),
        }
    }
}

/// What the second factors are called.
pub(super) fn names(methods: FactorSet) -> Vec<&'static str> {
    methods.iter().map(|kind| definition(kind).name).collect()
}

/// The colour of the tag.
pub(super) const fn mfa_colour(mfa: MfaStatus) -> &'static str {
    match mfa {
        MfaStatus::Off => "grey",
        MfaStatus::Unregistered | MfaStatus::Compromised => "red",
        MfaStatus::Postponed => "orange",
        MfaStatus::Excepted => "yellow",
        MfaStatus::Enforced => "green",
        MfaStatus::Pinned => "purple",
    }
}

impl Default for Choices {
    fn default() -> Self {
        let choice = |value: &str, text: &str| Choice { value: value.to_owned(), text: text.to_owned() };
        let own = FactorKind::ALL.into_iter().map(definition).filter(|of| of.is_second_factor() && !of.is_bootstrap);
        let days = |(value, text): &(&str, &str)| choice(value, text);
        Self {
            kind: AccountKind::ALL.iter().map(|kind| choice(kind.as_str(), &capital(kind.words()))).collect(),
            status: StatusName::ALL.iter().map(|status| choice(status.as_str(), status.words())).collect(),
            mfa: MfaStatus::ALL.iter().map(|mfa| choice(mfa.as_str(), mfa.words())).collect(),
            cover: COVERS.iter().map(|(cover, text)| choice(cover.as_str(), text)).collect(),
            method: own.map(|of| choice(of.kind.as_str(), of.name)).collect(),
            baseline: BASELINES.iter().map(|(baseline, text)| choice(baseline.as_str(), text)).collect(),
            role: ROLES.iter().map(|(_, value, text)| choice(value, text)).collect(),
            signed_in: SIGNED_IN.iter().map(days).collect(),
        }
    }
}

const COVERS: [(Cover, &str); 4] = [
    (Cover::Uncovered, "No second factor"),
    (Cover::Excepted, "Not asked, because of an exception"),
    (Cover::Covered, "By a second factor"),
    (Cover::NotInUse, "Nobody signs in with it"),
];
const BASELINES: [(Baseline, &str); 2] =
    [(Baseline::Standard, "Standard: always asked"), (Baseline::NamedLocation, "Named location: not asked there")];
const ROLES: [(bool, &str, &str); 2] =
    [(true, "privileged", "With a privileged role"), (false, "ordinary", "Without a privileged role")];
const SIGNED_IN: [(&str, &str); 6] = [
    ("never", "Never"),
    ("within-7", "In the last 7 days"),
    ("within-30", "In the last 30 days"),
    ("not-within-30", "Not in the last 30 days"),
    ("not-within-90", "Not in the last 90 days"),
    ("not-within-365", "Not in the last 365 days"),
];

pub(super) fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

impl Search {
    /// Whom to look for.
    ///
    /// # Errors
    /// The field whose choice there is not: a list that shows more people than asked for would mislead.
    pub(crate) fn wanted(&self) -> Result<SearchFor, &'static str> {
        fn one<T>(
            field: &'static str,
            text: &str,
            read: impl Fn(&str) -> Option<T>,
        ) -> Result<Option<T>, &'static str> {
            if text.is_empty() { Ok(None) } else { read(text).map(Some).ok_or(field) }
        }
        let filter = PeopleFilter {
            kind: one("kind", &self.kind, |text| text.parse().ok())?,
            status: one("status", &self.status, |text| text.parse().ok())?,
            mfa: one("mfa", &self.mfa, |text| text.parse().ok())?,
            cover: one("cover", &self.cover, |text| text.parse().ok())?,
            method: one("method", &self.method, |text| text.parse().ok())?,
            baseline: one("baseline", &self.baseline, |text| text.parse().ok())?,
            is_privileged: one("role", &self.role, |text| among(&ROLES, text))?,
            signed_in: one("signed_in", &self.signed_in, |text| text.parse().ok())?,
        };
        Ok(SearchFor {
            text: self.q.as_deref().unwrap_or_default().trim().to_owned(),
            organisation: self.organisation.trim().to_owned(),
            filter,
        })
    }

    /// The search that stands in the hidden fields of a form.
    pub(crate) fn of_form(form: &Fields) -> Option<Self> {
        let field = |name: &str| form.text(name).to_owned();
        let is_there = form.names().any(|name| name == "q");
        is_there.then(|| Self {
            q: Some(field("q")),
            organisation: field("organisation"),
            kind: field("kind"),
            status: field("status"),
            mfa: field("mfa"),
            cover: field("cover"),
            method: field("method"),
            baseline: field("baseline"),
            role: field("role"),
            signed_in: field("signed_in"),
            after: None,
        })
    }

    /// What it looks for, in words.
    pub(crate) fn words(&self) -> Vec<String> {
        let choices = Choices::default();
        let typed = self.q.as_deref().map(str::trim).filter(|typed| !typed.is_empty());
        let typed = typed.map(|typed| format!("Name or email address: {typed}"));
        typed
            .into_iter()
            .chain(self.narrowed_by().into_iter().map(|(field, value)| choices.words(field, value)))
            .collect()
    }

    /// The address where everybody who is found is changed.
    fn change_href(&self) -> String {
        self.href(None).replacen(routes::ADMIN, routes::ADMIN_NEW_BULK, 1)
    }

    /// Whether anything is searched for; a form that was sent empty asks for everybody.
    pub(crate) fn is_asked(&self) -> bool {
        self.q.is_some() || !self.narrowed_by().is_empty()
    }

    /// Each field beside what was typed that says something.
    fn narrowed_by(&self) -> Vec<(&'static str, &str)> {
        let fields = [
            ("organisation", &self.organisation),
            ("kind", &self.kind),
            ("status", &self.status),
            ("mfa", &self.mfa),
            ("cover", &self.cover),
            ("method", &self.method),
            ("baseline", &self.baseline),
            ("role", &self.role),
            ("signed_in", &self.signed_in),
        ];
        fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(field, value)| (field, value.as_str()))
            .collect()
    }

    /// The address of the same list, from there on.
    pub(crate) fn href(&self, after: Option<&str>) -> String {
        let mut query = Serializer::new(String::new());
        if let Some(q) = &self.q {
            query.append_pair("q", q);
        }
        query.extend_pairs(self.narrowed_by());
        if let Some(after) = after {
            query.append_pair("after", after);
        }
        format!("{}?{}", routes::ADMIN, query.finish())
    }
}

fn among<T: Copy>(all: &[(T, &str, &str)], text: &str) -> Option<T> {
    all.iter().find(|(_, value, _)| *value == text).map(|(of, ..)| *of)
}

impl PeopleView {
    pub(crate) fn new(search: Search, found: FoundPeople, op: &Op) -> Self {
        let next = found.next.map(|after| search.href(Some(&after)));
        let people = found.people.into_iter().map(PersonRow::from).collect();
        let choices = Choices::default();
        let narrowed = search.narrowed_by().into_iter().map(|(field, value)| choices.words(field, value)).collect();
        Self {
            searched: search.is_asked(),
            changes: !bulk_deeds(op).is_empty(),
            change_all: search.change_href(),
            narrowed,
            search,
            choices,
            people,
            next,
            sees_reports: may_see_reports(op),
            sees_messages: may_see_messages(op),
            sees_policies: may_see_policies(op),
            sees_exceptions: may_see_exceptions(op),
            sees_coverage: may_see_coverage(op),
            takes_tokens: may_import_tokens(op),
            works_on_cases: may_see_cases(op),
        }
    }
}

impl Choices {
    /// The words of what was chosen.
    fn words(&self, field: &str, value: &str) -> String {
        let (what, all): (&str, &[Choice]) = match field {
            "kind" => ("Kind of account", &self.kind),
            "status" => ("Account", &self.status),
            "mfa" => ("Two-step sign-in", &self.mfa),
            "cover" => ("Protected", &self.cover),
            "method" => ("Way to sign in", &self.method),
            "baseline" => ("Baseline", &self.baseline),
            "role" => ("Role", &self.role),
            "signed_in" => ("Signed in last", &self.signed_in),
            _ => ("Organisation", &[]),
        };
        let words = all.iter().find(|choice| choice.value == value).map_or(value, |choice| &choice.text);
        format!("{what}: {words}")
    }
}

/// `GET /admin`
pub(crate) async fn find(person: Person, Params(search): Params<Search>) -> Result<Page, PageError> {
    let (app, op) = (person.app(), &person.op);
    if !may_find_people(op) {
        return Err(PageError::NotFound);
    }
    let page = |view| Page::new("admin/people.html", person.admin_frame(), view);
    let wanted = match search.wanted() {
        Ok(wanted) => wanted,
        Err(field) => {
            let view = PeopleView::new(search, FoundPeople::default(), op);
            return Ok(page(view).error(field, "Choose one of the list".to_owned()));
        }
    };
    if !search.is_asked() {
        return Ok(page(PeopleView::new(search, FoundPeople::default(), op)));
    }
    match find_people(app, op, &wanted, search.after.as_deref()).await {
        Ok(found) => Ok(page(PeopleView::new(search, found, op))),
        Err(wardkey_usecases::Error::Invalid(fields)) if fields.iter().any(|field| field.field == "after") => {
            Err(PageError::NotFound)
        }
        Err(error @ wardkey_usecases::Error::Invalid(_)) => {
            page(PeopleView::new(search, FoundPeople::default(), op)).refused(error)
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_can_be_kept_as_its_address() {
        let search = Search { q: Some("o'n & co".to_owned()), cover: "no".to_owned(), ..Search::default() };
        assert_eq!(search.href(Some("x~o")), "/admin?q=o%27n+%26+co&cover=no&after=x%7Eo");
        let filter = search.wanted().unwrap().filter;
        assert_eq!(filter, PeopleFilter { cover: Some(Cover::Uncovered), ..PeopleFilter::default() });
        assert!(!Search::default().is_asked());
    }

    #[test]
    fn what_can_be_chosen_is_understood() {
        let choices = Choices::default();
        type Put = fn(&mut Search, String);
        let all: [(&str, &[Choice], Put); 8] = [
            ("kind", &choices.kind, |search, value| search.kind = value),
            ("status", &choices.status, |search, value| search.status = value),
            ("mfa", &choices.mfa, |search, value| search.mfa = value),
            ("cover", &choices.cover, |search, value| search.cover = value),
            ("method", &choices.method, |search, value| search.method = value),
            ("baseline", &choices.baseline, |search, value| search.baseline = value),
            ("role", &choices.role, |search, value| search.role = value),
            ("signed_in", &choices.signed_in, |search, value| search.signed_in = value),
        ];
        for (field, choices, put) in all {
            assert!(choices.len() > 1, "{field}");
            for choice in choices {
                let mut search = Search::default();
                put(&mut search, choice.value.clone());
                assert!(!search.wanted().unwrap().filter.is_empty(), "{field} {choice:?}");
            }
            for wrong in ["x", "within-0", "within-70000", " "] {
                let mut search = Search::default();
                put(&mut search, wrong.to_owned());
                assert_eq!(search.wanted(), Err(field), "{wrong}");
            }
        }
    }
}
