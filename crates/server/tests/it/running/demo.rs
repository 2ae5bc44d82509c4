//! The demonstration.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Stdio};

use wardkey_domain::time::Timestamp;
use wardkey_testkit::{Browser, Folder, Person, TestClock, Transport};

use crate::process::wardkey;

/// A running demonstration, ended when dropped.
struct Demo {
    child: Child,
    printed: Vec<String>,
    base: String,
}

impl Demo {
    fn start(folder: &Folder) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = wardkey();
        command.args(["demo", "--port", &port.to_string(), "--directory"]).arg(folder.path().join("demo"));
        // It must not touch what the environment names for a real server.
        command.env("WARDKEY_DATABASE_URL", "postgres://nowhere.example/real").stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut printed = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok) {
            let is_last = line.starts_with("Wardkey is ready at ");
            printed.push(line);
            if is_last {
                break;
            }
        }
        let base = format!("http://localhost:{port}");
        assert_eq!(printed.last(), Some(&format!("Wardkey is ready at {base}")), "{printed:#?}");
        Self { child, printed, base }
    }

    fn browser(&self) -> Browser {
        Browser::new(Transport::http(self.base.clone()), &self.base)
    }

    /// The person in the printed table.
    fn person(&self, address: &str) -> Person {
        let row = self.printed.iter().find(|line| line.trim_start().starts_with(address)).unwrap();
        let columns: Vec<&str> = row.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
        Person::new(columns[0], columns[1])
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn now() -> Timestamp {
    TestClock::at_system_time().now()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_in_the_table_can_sign_in_and_a_restart_changes_nothing() {
    let folder = Folder::new();
    let nurse = {
        let demo = Demo::start(&folder);
        let mut nurse = demo.person("nurse@riverside-surgery.example");
        nurse.sign_in_and_enrol(&mut demo.browser(), now()).await;
        let mut browser = demo.browser();
        let administrator = demo.person("administrator@riverside-surgery.example");
        administrator.enter_password(&mut browser).await;
        assert_eq!(browser.page().path(), "/signin/code", "{}", browser.page().text());
        // The demo phone shows the code.
        let mut phone = demo.browser();
        let text = phone.open("/demo/messages").await.text();
        let after = text.split(&administrator.address).nth(1).expect("the phone has the account");
        let digits: String = after.chars().filter(|letter| letter.is_ascii_digit()).take(6).collect();
        browser.fill("code", &digits);
        browser.press("Continue").await;
        assert_eq!(browser.open("/session/check").await.status, 204);
        assert_eq!(browser.open("/admin").await.status, 200);
        nurse
    };
    let demo = Demo::start(&folder);
    let mut browser = demo.browser();
    nurse.enter_password(&mut browser).await;
    assert_eq!(browser.page().path(), "/signin/code", "the enrolment outlives a restart");
}

#[test]
fn the_demonstration_refuses_every_address_beyond_this_machine() {
    for address in ["0.0.0.0", "::", "192.0.2.1"] {
        let folder = Folder::new();
        let mut command = wardkey();
        command.args(["demo", "--port", "1", "--address", address, "--directory"]).arg(folder.path().join("demo"));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{address}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("passwords that everybody knows"));
        assert!(!folder.path().join("demo").exists());
    }
}
