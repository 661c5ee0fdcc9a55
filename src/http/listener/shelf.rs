//! Large bodies that many ask for, each as a file in memory besides: of such a file the kernel sends the pages
//! themselves (`sendfile(2)`), and copies no bytes for each answer. Knows nothing of what the bytes say.

use std::{
    cell::OnceCell,
    fs::File,
    hash::{BuildHasher as _, RandomState},
    io::{self, IoSlice, Write as _},
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use rustix::fs::{MemfdFlags, memfd_create, sendfile};
use tokio::net::TcpStream;

/// Copying fewer bytes costs less than a system call more.
const BYTES_MIN: usize = 32 << 10;
/// Longer ones are copied, in fewer and larger pieces: of 1.5 MB that costs both sides a third less than pages do.
const BYTES_MAX: usize = 512 << 10;
/// So many have a file at a time: 16 MiB in all.
const PLACES: usize = 32;

/// What an answer's body is, beside the body: said so in the answer's extensions, it may be sent as a file.
#[derive(Debug, Clone)]
pub(in super::super) struct Whole(Bytes);

impl Whole {
    /// Of a body of these bytes, if they are worth a file.
    pub(in super::super) fn of(bytes: &Bytes) -> Option<Self> {
        (BYTES_MIN..=BYTES_MAX).contains(&bytes.len()).then(|| Self(bytes.clone()))
    }
}

/// The files of those bodies that were asked for again.
#[derive(Default)]
pub(super) struct Shelf {
    places: [Mutex<Option<Held>>; PLACES],
    hash: RandomState,
}

/// What was asked for last of all that have the same place.
struct Held {
    whole: Whole,
    /// From the second time on; none where the system gives no such file.
    leaf: OnceCell<Option<Arc<Leaf>>>,
}

impl Shelf {
    /// The file of this body, unless it is asked for the first time: then it may be the last time too.
    pub(super) fn leaf(&self, whole: &Whole) -> Option<Arc<Leaf>> {
        // Bytes that are held lie where no others can, so their place in memory tells them from all others.
        let (address, length) = (whole.0.as_ptr().addr(), whole.0.len());
        let place = usize::try_from(self.hash.hash_one(address) % PLACES as u64).unwrap_or(0);
        let mut held = locked(&self.places[place]);
        let same = held
            .as_mut()
            .filter(|held| held.whole.0.as_ptr().addr() == address && held.whole.0.len() == length);
        if let Some(same) = same {
            return same.leaf.get_or_init(|| Leaf::new(whole.0.clone()).ok().map(Arc::new)).clone();
        }
        *held = Some(Held { whole: whole.clone(), leaf: OnceCell::new() });
        None
    }
}

/// A body, and a file with the same bytes.
pub(super) struct Leaf {
    bytes: Bytes,
    file: File,
}

/// What is to be sent next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// This part of the file.
    Part(Range<usize>),
    /// Other bytes, and a part of the file at once behind them.
    Before,
    /// Other bytes.
    Other,
}

impl Leaf {
    fn new(bytes: Bytes) -> io::Result<Self> {
        let mut file = File::from(memfd_create("answer", MemfdFlags::CLOEXEC)?);
        file.write_all(&bytes)?;
        Ok(Self { bytes, file })
    }

    /// What these slices begin with.
    pub(super) fn next(&self, slices: &[IoSlice<'_>]) -> Next {
        let part = |slice: &IoSlice<'_>| self.part(slice);
        match slices {
            [first, ..] if let Some(part) = part(first) => Next::Part(part),
            [_, second, ..] if part(second).is_some() => Next::Before,
            _ => Next::Other,
        }
    }

    /// Where in the file it stands, if these are bytes of the body itself, and not only like them.
    fn part(&self, slice: &[u8]) -> Option<Range<usize>> {
        let start = slice.as_ptr().addr().checked_sub(self.bytes.as_ptr().addr())?;
        let end = start.checked_add(slice.len())?;
        (start < end && end <= self.bytes.len()).then_some(start..end)
    }

    /// Sends as much of this part as the stream takes now.
    pub(super) fn send(&self, stream: &TcpStream, part: &Range<usize>) -> io::Result<usize> {
        let mut from = part.start as u64;
        Ok(sendfile(stream, &self.file, Some(&mut from), part.len())?)
    }
}

/// The file of the answer that a connection sends now, if it has one.
#[derive(Clone, Default)]
pub(super) struct Hand(Arc<Mutex<Option<Arc<Leaf>>>>);

impl Hand {
    /// Holds the file of the next answer.
    pub(super) fn take(&self, leaf: Option<Arc<Leaf>>) {
        *locked(&self.0) = leaf;
    }

    /// What it holds.
    pub(super) fn leaf(&self) -> Option<Arc<Leaf>> {
        locked(&self.0).clone()
    }
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::io::Read as _;

    fn body(length: usize) -> Bytes {
        Bytes::from(vec![b'x'; length])
    }

    /// A file whose bytes are not those of its body, so that it can be told which were sent.
    pub(in super::super) fn unlike(bytes: Bytes, file: &[u8]) -> Arc<Leaf> {
        let Leaf { file, .. } = Leaf::new(Bytes::copy_from_slice(file)).unwrap();
        Arc::new(Leaf { bytes, file })
    }

    #[test]
    fn a_body_has_a_file_from_the_second_time_on_if_it_is_neither_small_nor_huge() {
        for (length, wanted) in [
            (BYTES_MIN - 1, None),
            (BYTES_MIN, Some([false, true, true])),
            (BYTES_MAX, Some([false, true, true])),
            (BYTES_MAX + 1, None),
        ] {
            let (shelf, bytes) = (Shelf::default(), body(length));
            let whole = Whole::of(&bytes);
            let found = whole.map(|whole| [(); 3].map(|()| shelf.leaf(&whole).is_some()));
            assert_eq!(found, wanted, "{length}");
        }
    }

    #[test]
    fn a_file_holds_its_body_and_is_made_once_and_never_for_another_of_the_same_bytes() {
        let bytes = (0..BYTES_MIN).map(|at| at.to_le_bytes()[0]).collect::<Bytes>();
        let (shelf, whole) = (Shelf::default(), Whole::of(&bytes).unwrap());
        assert!(shelf.leaf(&whole).is_none());
        let [leaf, again] = [(); 2].map(|()| shelf.leaf(&whole).unwrap());
        assert!(Arc::ptr_eq(&leaf, &again));
        let mut held = Vec::new();
        let mut path =
            File::open(format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&leaf.file))).unwrap();
        path.read_to_end(&mut held).unwrap();
        assert_eq!(held, bytes);
        // A copy lies elsewhere: nobody looks at what it says.
        let copy = Bytes::copy_from_slice(&bytes);
        assert!(shelf.leaf(&Whole::of(&copy).unwrap()).is_none());
    }

    #[test]
    fn files_are_few_however_many_bodies_there_are() {
        let shelf = Shelf::default();
        let bodies: Vec<Whole> = (0..200).map(|_| Whole::of(&body(BYTES_MIN)).unwrap()).collect();
        for whole in &bodies {
            shelf.leaf(whole);
            assert!(shelf.leaf(whole).is_some());
        }
        let files = shelf.places.iter().filter(|place| locked(place).is_some()).count();
        assert!((1..=PLACES).contains(&files), "{files}");
    }

    #[test]
    fn only_bytes_of_the_body_itself_are_a_part_of_its_file() {
        let bytes = Bytes::from_static(b"0123456789");
        let (leaf, alike) = (Leaf::new(bytes.clone()).unwrap(), b"0123456789".to_vec());
        let head: &[u8] = b"HTTP/1.1 200 OK";
        let table: [(&[&[u8]], Next); 9] = [
            (&[&bytes], Next::Part(0..10)),
            (&[&bytes[3..]], Next::Part(3..10)),
            (&[&bytes[3..5], head], Next::Part(3..5)),
            (&[head, &bytes], Next::Before),
            (&[head, head, &bytes], Next::Other),
            (&[head], Next::Other),
            (&[&alike], Next::Other),
            (&[&bytes[..0]], Next::Other),
            (&[], Next::Other),
        ];
        for (slices, wanted) in table {
            let slices: Vec<IoSlice<'_>> = slices.iter().map(|slice| IoSlice::new(slice)).collect();
            assert_eq!(leaf.next(&slices), wanted, "{slices:?}");
        }
    }
}
