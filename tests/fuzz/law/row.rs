//! A row of the ledger: see `ledger::sqlite::fuzzing`. An input is the columns, one a line, of
//! which an empty one is null.

use healthengine_connector::ledger::sqlite::fuzzing::row;

pub(crate) fn hold(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.split('\n');
    row([(); 9].map(|()| {
        let column = lines.next().filter(|line| !line.is_empty());
        column.map(str::to_owned)
    }));
}
