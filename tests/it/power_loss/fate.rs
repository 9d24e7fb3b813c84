//! Which of what was not flushed reaches the disk: the cases that are tried.

use super::disk::Fate;

/// The fates of so many writes, in their order: none reached the disk, or all; the first few, to
/// the last whole or torn; each alone; all but one; and some without any order. Of each kind there
/// are at most as many as asked for.
pub(super) fn cases(
    unflushed: usize,
    of_a_kind: usize,
    random: &mut fastrand::Rng,
) -> Vec<Vec<Fate>> {
    let mut cases = vec![vec![Fate::Lost; unflushed], vec![Fate::Kept; unflushed]];
    let mut places = random.choose_multiple(0..unflushed, of_a_kind);
    places.sort_unstable();
    for place in places {
        let first = |last: Fate| {
            let mut fates = vec![Fate::Kept; place];
            fates.push(last);
            fates.resize(unflushed, Fate::Lost);
            fates
        };
        // Torn: some of its sectors, or nothing but the file's new length.
        let sectors = if random.bool() { random.u64(..) } else { 0 };
        let mut alone = vec![Fate::Lost; unflushed];
        alone[place] = Fate::Kept;
        let mut all_but_one = vec![Fate::Kept; unflushed];
        all_but_one[place] = Fate::Lost;
        cases.extend([
            first(Fate::Kept),
            first(Fate::Torn(sectors)),
            alone,
            all_but_one,
        ]);
    }
    for _ in 0..of_a_kind.min(unflushed).min(6) {
        let fates = (0..unflushed).map(|_| match random.u8(0..5) {
            0 | 1 => Fate::Lost,
            2 | 3 => Fate::Kept,
            _ => Fate::Torn(random.u64(..)),
        });
        cases.push(fates.collect());
    }
    cases
}
