//! Who is in the demonstration.

use wardkey_domain::directory::{OrganisationKind, Role};

/// An organisation of the demonstration.
pub struct Body {
    /// Its made-up code.
    pub ods_code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: OrganisationKind,
    /// What its addresses end with.
    pub domain: &'static str,
    /// A telephone number from the range that is kept free for fiction.
    pub telephone: &'static str,
    /// Its people.
    pub people: &'static [Person],
}

/// Somebody in the demonstration, named after what they do.
pub struct Person {
    /// The address before the @.
    pub address: &'static str,
    /// What pages call them.
    pub name: &'static str,
    /// What they do, for the table.
    pub job: &'static str,
    /// The role they hold for their organisation besides being staff.
    pub role: Option<Role>,
}

impl Person {
    /// Whether they have an authenticator app already: a privileged account could not enrol on its password alone.
    pub fn is_enrolled(&self) -> bool {
        self.role.is_some_and(Role::is_privileged)
    }

    /// Their password, which everybody knows.
    pub fn password(&self) -> &'static str {
        if self.is_enrolled() { ADMINISTRATOR_PASSWORD } else { STAFF_PASSWORD }
    }
}

/// The password of everybody who enrols for themself. It passes the rules, so that the demonstration needs none of its own.
pub const STAFF_PASSWORD: &str = "teal kettle orbit 42";

/// The password of administrators.
pub const ADMINISTRATOR_PASSWORD: &str = "amber ladder fjord 71";

const fn person(address: &'static str, name: &'static str, job: &'static str, role: Option<Role>) -> Person {
    Person { address, name, job, role }
}

/// Everybody.
pub const BODIES: [Body; 3] = [
    Body {
        ods_code: "ZDT",
        name: "Castle Hill NHS Trust",
        kind: OrganisationKind::Trust,
        domain: "castle-hill-trust.example",
        telephone: "01632 960101",
        people: &[
            person("doctor", "Demo Doctor", "Hospital doctor", None),
            person("ward-sister", "Demo Ward Sister", "Ward sister", None),
            person("manager", "Demo Service Manager", "Service manager", Some(Role::PracticeManager)),
            person("help-desk", "Demo Help Desk", "Local help desk", Some(Role::LocalHelpDesk)),
            person("administrator", "Demo Trust Administrator", "Local administrator", Some(Role::LocalAdministrator)),
        ],
    },
    Body {
        ods_code: "Z98001",
        name: "Riverside Surgery",
        kind: OrganisationKind::GpPractice,
        domain: "riverside-surgery.example",
        telephone: "01632 960202",
        people: &[
            person("nurse", "Demo Nurse", "Practice nurse", None),
            person("gp", "Demo GP", "General practitioner", None),
            person("manager", "Demo Practice Manager", "Practice manager", Some(Role::PracticeManager)),
            person(
                "administrator",
                "Demo Practice Administrator",
                "Local administrator",
                Some(Role::LocalAdministrator),
            ),
        ],
    },
    Body {
        ods_code: "FZ980",
        name: "Market Square Pharmacy",
        kind: OrganisationKind::Pharmacy,
        domain: "market-square-pharmacy.example",
        telephone: "01632 960303",
        people: &[
            person("pharmacist", "Demo Pharmacist", "Pharmacist", None),
            person("technician", "Demo Technician", "Pharmacy technician", None),
            person("manager", "Demo Pharmacy Manager", "Pharmacy manager", Some(Role::PracticeManager)),
            person(
                "administrator",
                "Demo Pharmacy Administrator",
                "Local administrator",
                Some(Role::LocalAdministrator),
            ),
        ],
    },
];

impl Body {
    /// The full address of one of its people.
    pub fn address_of(&self, person: &Person) -> String {
        format!("{}@{}", person.address, self.domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_body_has_staff_a_manager_and_an_administrator() {
        for body in &BODIES {
            let has = |role| body.people.iter().any(|person| person.role == role);
            assert!(has(None), "{}", body.name);
            assert!(has(Some(Role::PracticeManager)), "{}", body.name);
            assert!(has(Some(Role::LocalAdministrator)), "{}", body.name);
        }
    }
}
