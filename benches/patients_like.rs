//! How long the built-in diary takes to find the patients who may be the one of a booking.
//!
//! ```sh
//! cargo bench --bench patients_like                    # 200,000 patients, 2,000 calls
//! cargo bench --bench patients_like -- 50000 500
//! ```
//!
//! A diary of invented patients is imported, whose names are as unevenly spread as real ones, with
//! one phone in four shared. Each call is `PmsAdapter::patients_like`, as a booking makes it, for
//! somebody of the list who comes back: unchanged, with a slip in the surname, with another surname,
//! or as a namesake. It takes in all that a booking waits for, the hand-over between threads too.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{Write as _, stdout};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use fastrand::Rng;
use healthengine_connector::domain::civil::Zone;
use healthengine_connector::domain::patient::Patient;
use healthengine_connector::domain::redacted::Redacted;
use healthengine_connector::pms::PmsAdapter;
use healthengine_connector::pms::diary::{Desk, NAME, Plan};
use healthengine_connector::pms::registry::{self, Surroundings};

const LIMIT: Duration = Duration::from_secs(10);

/// What a diary needs beside its patients.
const PRACTICE: &str = "slot_minutes = 15\n[[location]]\nid = \"main\"\nname = \"Main\"\n\
     [[resource]]\nid = \"room\"\n";

const SYLLABLES: [&str; 20] = [
    "ba", "be", "di", "do", "fa", "ge", "ha", "ka", "lo", "lu", "ma", "mi", "na", "no", "pe", "ri",
    "sa", "te", "vo", "wi",
];

/// An invented name; the n-th of each list is the n-th most common.
fn name(rank: u32) -> String {
    // A step prime to the number of names: neighbours in rank are not neighbours in spelling.
    let mut left = rank.wrapping_mul(7919) % 160_000;
    let mut name = String::new();
    for _ in 0..4 {
        let index = usize::try_from(left % 20).unwrap_or(0);
        name.push_str(SYLLABLES.get(index).unwrap_or(&"xo"));
        left /= 20;
    }
    name
}

/// A rank below this. The commonest of 20,000 comes up once in some 120 draws, as Smith does.
fn rank(chance: &mut Rng, below: u32) -> u32 {
    let mut most = below;
    for _ in 0..4 {
        most = chance.u32(0..=most);
    }
    most
}

struct Person {
    given: String,
    surname: String,
    birth: NaiveDate,
    phone: String,
    email: String,
}

impl Person {
    fn draw(chance: &mut Rng, number: u32) -> Self {
        let surname = name(rank(chance, 20_000));
        let phone = if chance.u32(0..4) == 0 {
            chance.u32(0..=number)
        } else {
            number
        };
        let born = Days::new(chance.u64(0..31_000));
        Self {
            given: name(rank(chance, 2_000)),
            birth: NaiveDate::default() + Days::new(18_000) - born,
            phone: format!("00 0{phone:07}"),
            email: format!("{surname}.{number}@example.com"),
            surname,
        }
    }

    fn details(&self) -> Patient {
        let text = |text: &String| Some(Redacted::new(text.clone()));
        Patient {
            given_name: text(&self.given),
            surname: text(&self.surname),
            date_of_birth: Some(Redacted::new(self.birth)),
            phone: text(&self.phone),
            email: text(&self.email),
            ..Patient::default()
        }
    }
}

/// Who comes back; the patient is among the candidates unless it is a namesake.
fn incoming(chance: &mut Rng, known: &Person, number: usize) -> (Patient, bool) {
    let mut patient = known.details();
    match number % 4 {
        0 => {}
        1 => patient.surname = Some(Redacted::new(known.surname.replacen('a', "aa", 1))),
        2 => patient.surname = Some(Redacted::new(name(rank(chance, 20_000)))),
        _ => {
            let stranger = Person::draw(chance, 7_654_321);
            patient = Person {
                given: known.given.clone(),
                surname: known.surname.clone(),
                ..stranger
            }
            .details();
            return (patient, false);
        }
    }
    (patient, true)
}

/// The import file of a diary with these patients.
fn file(people: &[Person]) -> Result<String, std::fmt::Error> {
    let mut file = PRACTICE.to_owned();
    for (number, person) in people.iter().enumerate() {
        write!(
            file,
            "[[patient]]\nid = \"S-{number}\"\ngiven_name = \"{}\"\nsurname = \"{}\"\n\
             date_of_birth = {}\nphone = \"{}\"\nemail = \"{}\"\n",
            person.given, person.surname, person.birth, person.phone, person.email
        )?;
    }
    Ok(file)
}

fn adapter(database: &Path) -> Result<Arc<dyn PmsAdapter>, Box<dyn Error>> {
    let mut table = toml::Table::new();
    table.insert("database".to_owned(), database.display().to_string().into());
    let around = Surroundings {
        zone: Zone::parse("Australia/Sydney").ok_or("no such zone")?,
        base: Path::new("."),
    };
    let settings = registry::parse(NAME, table, around);
    Ok(settings.map_err(|wrong| format!("{wrong:?}"))?.open())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Cargo adds a flag of its own.
    let mut numbers = std::env::args().filter_map(|word| word.parse().ok());
    let patients: u32 = numbers.next().unwrap_or(200_000);
    let calls = usize::try_from(numbers.next().unwrap_or(2_000))?;

    let mut chance = Rng::with_seed(1);
    let people: Vec<Person> = (0..patients)
        .map(|number| Person::draw(&mut chance, number))
        .collect();
    let plan = Plan::parse(&file(&people)?).map_err(|wrong| format!("{:?}", wrong.first()))?;
    let folder = tempfile::tempdir()?;
    let database = folder.path().join("diary.db");
    let began = Instant::now();
    Desk::open_or_create(&database)?.import(&plan)?;
    let imported = began.elapsed();
    drop(plan);

    let adapter = adapter(&database)?;
    let (mut times, mut offered) = (Vec::new(), Vec::new());
    let (mut expected, mut found) = (0, 0);
    for call in 0..calls {
        let number = chance.usize(0..people.len());
        let known = people.get(number).ok_or("there are no patients")?;
        let (patient, is_known) = incoming(&mut chance, known, call);
        let began = Instant::now();
        let candidates = adapter.patients_like(&patient, LIMIT).await?;
        times.push(began.elapsed());
        offered.push(candidates.len());
        if is_known {
            expected += 1;
            let id = format!("S-{number}");
            found += usize::from(candidates.iter().any(|one| one.id.as_str() == id));
        }
    }
    times.sort_unstable();
    offered.sort_unstable();
    let at = |hundredth: usize| calls.saturating_sub(1) * hundredth / 100;
    let milliseconds = |hundredth| {
        let time = times.get(at(hundredth)).copied().unwrap_or_default();
        time.as_secs_f64() * 1000.0
    };
    let candidates = |hundredth| offered.get(at(hundredth)).copied().unwrap_or_default();
    writeln!(
        stdout(),
        "{patients} patients, imported in {:.1} s; {calls} calls of patients_like\n\
         time:       median {:.2} ms, p99 {:.2} ms, longest {:.2} ms\n\
         candidates: median {}, p99 {}, most {}\n\
         the patient is among them: {found} of {expected}",
        imported.as_secs_f64(),
        milliseconds(50),
        milliseconds(99),
        milliseconds(100),
        candidates(50),
        candidates(99),
        candidates(100),
    )?;
    Ok(())
}
