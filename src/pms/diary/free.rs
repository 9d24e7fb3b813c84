//! The free time of a day: pure.

use crate::domain::civil::{TimeOfDay, TimeRange};

/// What is left of the working hours, in stretches that start on the grid.
///
/// A stretch is cut from its own start, so a twenty-minute appointment on a grid of fifteen would
/// shift every later time by five minutes. Each stretch therefore starts anew on the grid, which is
/// counted from the start of its working range. Stretches shorter than a slot are left out.
pub(super) fn free_ranges(
    working: &[TimeRange],
    blocked: &[TimeRange],
    slot_minutes: u16,
) -> Vec<TimeRange> {
    let mut free: Vec<TimeRange> = working
        .iter()
        .flat_map(|range| {
            left_of(*range, blocked)
                .into_iter()
                .filter_map(|piece| on_grid(piece, range.start(), slot_minutes))
        })
        .collect();
    free.sort_unstable();
    free
}

/// What is left of a working range without the blocked stretches.
pub(super) fn left_of(range: TimeRange, blocked: &[TimeRange]) -> Vec<TimeRange> {
    blocked.iter().fold(vec![range], |pieces, taken| {
        pieces
            .into_iter()
            .flat_map(|piece| piece.without(*taken))
            .collect()
    })
}

fn on_grid(piece: TimeRange, anchor: TimeOfDay, slot_minutes: u16) -> Option<TimeRange> {
    let offset = piece
        .start()
        .minutes()
        .saturating_sub(anchor.minutes())
        .checked_rem(slot_minutes)?;
    let shift = if offset == 0 {
        0
    } else {
        slot_minutes - offset
    };
    let start = TimeOfDay::from_minutes(piece.start().minutes().saturating_add(shift))?;
    TimeRange::new(start, piece.end()).filter(|piece| piece.minutes() >= slot_minutes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ranges(text: &str) -> Vec<TimeRange> {
        text.split_whitespace()
            .map(|range| {
                let (start, end) = range.split_once('-').unwrap();
                TimeRange::new(
                    TimeOfDay::parse(start).unwrap(),
                    TimeOfDay::parse(end).unwrap(),
                )
                .unwrap()
            })
            .collect()
    }

    #[test]
    fn appointments_and_breaks_are_left_out_and_what_follows_is_realigned() {
        let cases = [
            ("09:00-12:00", "", 15, "09:00-12:00"),
            ("09:00-12:00", "09:00-09:20", 15, "09:30-12:00"),
            ("09:10-12:00", "09:10-09:30", 15, "09:40-12:00"),
            (
                "08:00-12:00 13:00-17:00",
                "11:30-12:00",
                30,
                "08:00-11:30 13:00-17:00",
            ),
            (
                "09:00-12:00",
                "10:00-10:30 09:30-10:00",
                15,
                "09:00-09:30 10:30-12:00",
            ),
            ("09:00-10:00", "09:10-09:50", 15, ""),
            ("09:00-10:00", "08:00-11:00", 15, ""),
            ("22:00-24:00", "22:00-22:05", 60, "23:00-24:00"),
        ];
        for (working, blocked, slot, expected) in cases {
            assert_eq!(
                free_ranges(&ranges(working), &ranges(blocked), slot),
                ranges(expected),
                "{working} without {blocked}"
            );
        }
    }

    proptest! {
        #[test]
        fn free_time_is_worked_unblocked_sorted_and_on_the_grid(
            start in 0_u16..1000, length in 1_u16..400, slot in 1_u16..60,
            taken in proptest::collection::vec((0_u16..1400, 1_u16..40), 0..12),
        ) {
            let range = |from: u16, minutes: u16| TimeRange::new(
                TimeOfDay::from_minutes(from).unwrap(),
                TimeOfDay::from_minutes(from + minutes).unwrap(),
            ).unwrap();
            let working = range(start, length);
            let blocked: Vec<_> = taken.into_iter().map(|(from, minutes)| range(from, minutes)).collect();
            let free = free_ranges(&[working], &blocked, slot);
            prop_assert!(free.is_sorted());
            for piece in &free {
                prop_assert!(working.start() <= piece.start() && piece.end() <= working.end());
                prop_assert!(blocked.iter().all(|taken| !taken.overlaps(*piece)));
                prop_assert_eq!((piece.start().minutes() - start) % slot, 0);
                prop_assert!(piece.minutes() >= slot);
            }
        }
    }
}
