//! Regions whose outlines have small openings.
//!
//! First the region's core is flooded: the pixels around which a disc as wide as the gap has room, so that no way leads
//! through an opening that is narrower. Then the narrow rest (corners, the strip along each line, the openings
//! themselves) is shared out: each pixel goes to the core from which the way to it is shortest. So an opening is cut in
//! its middle, and corners are filled into their points. Krita's and MyPaint's gap closing differ in the second part.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::OnceLock;

use crate::document::selection::{BitLine, BitTile, Matches, flood};
use crate::document::{CanvasSize, TILE_SIDE, TilePos};

/// The pixels that match and hang together with `seed`, taking openings up to `gap` pixels wide for closed.
pub(super) fn closed_region(matches: &Matches<'_>, seed: [u32; 2], gap: f32) -> HashMap<TilePos, BitTile> {
    // In an opening of `gap` pixels the middle one is (gap + 1) / 2 pixels from the next that does not match.
    let room = Room { matches, limit: (0.5 * (gap + 1.0)).min(MAX_DISTANCE as f32) };
    let (start, distance) = room.widest_place_near(seed);
    let cores = Cores::new(matches, room.limit.min(distance - 0.5).max(0.0));
    let mut sharing = Sharing { cores: &cores, ours: HashMap::new(), shared: HashMap::new(), queue: VecDeque::new() };
    sharing.ours = flood(matches.size(), start, |at| cores.at(at).clone());
    sharing.begin();
    sharing.share_out();
    sharing.into_region()
}

/// Distances beyond this need not be known; the word beside each row of a tile reaches so far.
const MAX_DISTANCE: i32 = 63;

/// How far places are from the next pixel that does not match.
struct Room<'a> {
    matches: &'a Matches<'a>,
    limit: f32,
}

impl Room<'_> {
    /// Climbs to where there is the most room, or as much as is asked for; and how much that is.
    fn widest_place_near(&self, seed: [u32; 2]) -> ([u32; 2], f32) {
        let bounds = self.matches.size().bounds();
        let (mut place, mut distance) = (seed, self.distance(seed));
        while distance <= self.limit {
            let [x, y] = place;
            let around = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dx, dy)));
            let next = around
                .map(|(dx, dy)| [x.wrapping_add_signed(dx), y.wrapping_add_signed(dy)])
                .filter(|[x, y]| bounds.contains(*x, *y))
                .map(|place| (place, self.distance(place)))
                .max_by(|(_, a), (_, b)| a.total_cmp(b));
            match next {
                Some((higher, further)) if further > distance => (place, distance) = (higher, further),
                _ => break,
            }
        }
        (place, distance)
    }

    /// To the nearest pixel that does not match, at most a bit more than the limit. Beyond the canvas none does.
    fn distance(&self, [x, y]: [u32; 2]) -> f32 {
        let reach = self.limit.ceil() as i32 + 1;
        let around = (-reach..=reach).flat_map(|dy| (-reach..=reach).map(move |dx| (dx, dy)));
        let squared = around
            .filter(|(dx, dy)| !self.does_match(x.wrapping_add_signed(*dx), y.wrapping_add_signed(*dy)))
            .map(|(dx, dy)| dx * dx + dy * dy)
            .min();
        (squared.unwrap_or(reach * reach) as f32).sqrt()
    }

    fn does_match(&self, x: u32, y: u32) -> bool {
        if !self.matches.size().bounds().contains(x, y) {
            return false;
        }
        let tile = self.matches.tile(TilePos { column: x / TILE_SIDE, row: y / TILE_SIDE });
        let index = ((y % TILE_SIDE) * TILE_SIDE + x % TILE_SIDE) as usize;
        tile.values().get(index).is_some_and(|share| *share > 0)
    }
}

/// A row of a tile with a word of the tile to each side.
type WideLine = [u64; 6];

/// The pixels further from the next that does not match than `radius`; tile by tile, when they are asked for.
struct Cores<'a> {
    matches: &'a Matches<'a>,
    radius: f32,
    columns: u32,
    rows: u32,
    open: Vec<OnceLock<BitTile>>,
    tiles: Vec<OnceLock<BitTile>>,
}

impl<'a> Cores<'a> {
    fn new(matches: &'a Matches<'a>, radius: f32) -> Self {
        let size: CanvasSize = matches.size();
        let (columns, rows) = (size.width().div_ceil(TILE_SIDE), size.height().div_ceil(TILE_SIDE));
        let slots = || (0..columns * rows).map(|_| OnceLock::new()).collect();
        Self { matches, radius, columns, rows, open: slots(), tiles: slots() }
    }

    fn index(&self, at: TilePos) -> Option<usize> {
        let is_inside = at.column < self.columns && at.row < self.rows;
        is_inside.then(|| (at.row * self.columns + at.column) as usize)
    }

    /// All pixels of the tile that match.
    fn open(&self, at: TilePos) -> Option<&BitTile> {
        Some(self.open[self.index(at)?].get_or_init(|| self.matches.bits(at)))
    }

    fn at(&self, at: TilePos) -> &BitTile {
        // Places asked for are places of the canvas.
        let index = self.index(at).unwrap_or(0);
        self.tiles[index].get_or_init(|| self.eroded(at))
    }

    /// Draws a disc around every pixel that does not match, row by row.
    fn eroded(&self, at: TilePos) -> BitTile {
        let reach = self.radius.floor() as i32;
        let half_width = |dy: i32| (self.radius * self.radius - (dy * dy) as f32).sqrt().floor() as i32;
        let mut near = vec![[0u64; 6]; TILE_SIDE as usize];
        for y in -reach..TILE_SIDE as i32 + reach {
            let mut line = self.closed_line(at, y);
            let mut width = 0;
            for dy in (0..=reach).rev() {
                while width < half_width(dy) {
                    line = widened(line);
                    width += 1;
                }
                for row in [y - dy, y + dy] {
                    if let Some(near) = usize::try_from(row).ok().and_then(|row| near.get_mut(row)) {
                        near.iter_mut().zip(line).for_each(|(near, word)| *near |= word);
                    }
                }
            }
        }
        let mut core = BitTile::empty();
        for (y, line) in near.into_iter().enumerate() {
            *core.row_mut(y) = [!line[1], !line[2], !line[3], !line[4]];
        }
        core
    }

    /// Row `y` (counted from the tile's first) of the pixels that do not match, beyond the tile as well.
    fn closed_line(&self, at: TilePos, y: i32) -> WideLine {
        let side = TILE_SIDE as i32;
        let row = at.row.wrapping_add_signed(y.div_euclid(side));
        let within = y.rem_euclid(side) as usize;
        let line =
            |column: u32| -> BitLine { self.open(TilePos { column, row }).map_or([0; 4], |open| open.row(within)) };
        let (left, own, right) = (line(at.column.wrapping_sub(1)), line(at.column), line(at.column + 1));
        [!left[3], !own[0], !own[1], !own[2], !own[3], !right[0]]
    }
}

/// The line and its pixels' neighbours to both sides.
fn widened(line: WideLine) -> WideLine {
    std::array::from_fn(|word| {
        let from_left = word.checked_sub(1).map_or(0, |left| line[left] >> 63);
        let from_right = line.get(word + 1).map_or(0, |right| right << 63);
        line[word] | line[word] << 1 | from_left | line[word] >> 1 | from_right
    })
}

/// Shares out the narrow pixels between the core that was flooded and the others.
struct Sharing<'a> {
    cores: &'a Cores<'a>,
    /// The core that was flooded.
    ours: HashMap<TilePos, BitTile>,
    /// The narrow pixels of the tiles looked at.
    shared: HashMap<TilePos, Share>,
    /// Pixels from which the ways go on, and whether they are ours.
    queue: VecDeque<([u32; 2], bool)>,
}

struct Share {
    /// Narrow pixels that nobody has come to.
    left: BitTile,
    ours: BitTile,
}

impl Sharing<'_> {
    /// Looks at the tiles of the flooded core and around them.
    fn begin(&mut self) {
        let around = |at: &TilePos| {
            let near = |middle: u32, count: u32| middle.saturating_sub(1)..(middle + 2).min(count);
            let (columns, rows) = (near(at.column, self.cores.columns), near(at.row, self.cores.rows));
            rows.flat_map(move |row| columns.clone().map(move |column| TilePos { column, row })).collect::<Vec<_>>()
        };
        let tiles: HashSet<TilePos> = self.ours.keys().flat_map(around).collect();
        // Always in the same order, so that the same click fills the same pixels.
        let mut tiles: Vec<_> = tiles.into_iter().collect();
        tiles.sort_unstable_by_key(|at| (at.row, at.column));
        let mut edges: Vec<_> = tiles.into_iter().flat_map(|at| self.look_at(at)).collect();
        // What both come to in the same number of steps is ours.
        edges.sort_by_key(|(_, is_ours)| !is_ours);
        edges.into_iter().for_each(|(place, is_ours)| self.take(place, is_ours));
    }

    /// Prepares a tile; returns its narrow pixels next to a core, and whether that is ours.
    fn look_at(&mut self, at: TilePos) -> Vec<([u32; 2], bool)> {
        let (Some(open), core) = (self.cores.open(at), self.cores.at(at)) else { return vec![] };
        let mut left = BitTile::empty();
        for y in 0..TILE_SIDE as usize {
            let (open, core) = (open.row(y), core.row(y));
            *left.row_mut(y) = std::array::from_fn(|word| open[word] & !core[word]);
        }
        let mut edges = vec![];
        for (x, y) in left.places() {
            let place = [at.column * TILE_SIDE + x, at.row * TILE_SIDE + y];
            let cores: Vec<_> = neighbours(place).into_iter().filter(|place| self.is_core(*place)).collect();
            if !cores.is_empty() {
                edges.push((place, cores.into_iter().any(|place| has(&self.ours, place))));
            }
        }
        self.shared.insert(at, Share { left, ours: BitTile::empty() });
        edges
    }

    fn is_core(&self, [x, y]: [u32; 2]) -> bool {
        let at = TilePos { column: x / TILE_SIDE, row: y / TILE_SIDE };
        self.cores.index(at).is_some() && self.cores.at(at).get(x % TILE_SIDE, y % TILE_SIDE)
    }

    fn take(&mut self, place: [u32; 2], is_ours: bool) {
        let [x, y] = place;
        let at = TilePos { column: x / TILE_SIDE, row: y / TILE_SIDE };
        let Some(share) = self.shared.get_mut(&at) else { return };
        let (x, y) = (x % TILE_SIDE, y % TILE_SIDE);
        if share.left.get(x, y) {
            share.left.clear(x, y);
            if is_ours {
                share.ours.set(x, y);
            }
            self.queue.push_back((place, is_ours));
        }
    }

    fn share_out(&mut self) {
        while let Some((place, is_ours)) = self.queue.pop_front() {
            for [x, y] in neighbours(place) {
                let at = TilePos { column: x / TILE_SIDE, row: y / TILE_SIDE };
                if is_ours && self.cores.index(at).is_some() && !self.shared.contains_key(&at) {
                    let edges = self.look_at(at);
                    edges.into_iter().for_each(|(place, is_ours)| self.take(place, is_ours));
                }
                self.take([x, y], is_ours);
            }
        }
    }

    fn into_region(self) -> HashMap<TilePos, BitTile> {
        let mut region = self.ours;
        for (at, share) in self.shared.into_iter().filter(|(_, share)| !share.ours.is_empty()) {
            let tile = region.entry(at).or_insert_with(BitTile::empty);
            for y in 0..TILE_SIDE as usize {
                let ours = share.ours.row(y);
                tile.row_mut(y).iter_mut().zip(ours).for_each(|(word, ours)| *word |= ours);
            }
        }
        region
    }
}

fn has(tiles: &HashMap<TilePos, BitTile>, [x, y]: [u32; 2]) -> bool {
    let at = TilePos { column: x / TILE_SIDE, row: y / TILE_SIDE };
    tiles.get(&at).is_some_and(|bits| bits.get(x % TILE_SIDE, y % TILE_SIDE))
}

/// The pixels above, below and at both sides; some may lie beyond the canvas, very far away.
fn neighbours([x, y]: [u32; 2]) -> [[u32; 2]; 4] {
    [[x.wrapping_sub(1), y], [x + 1, y], [x, y.wrapping_sub(1)], [x, y + 1]]
}
