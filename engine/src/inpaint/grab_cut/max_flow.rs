//! The least cut through a grid of pixels, by Boykov and Kolmogorov's max-flow (2004, "An Experimental Comparison of
//! Min-Cut/Max-Flow Algorithms for Energy Minimization in Vision"): a tree grows from the source and one from the sink;
//! where they meet, flow is pushed, and what was cut off from its tree is adopted anew.

use std::collections::VecDeque;

/// The eight neighbours; the one opposite to `d` is `7 - d`.
pub(super) const DIRECTIONS: [[i32; 2]; 8] = [[-1, -1], [0, -1], [1, -1], [-1, 0], [1, 0], [-1, 1], [0, 1], [1, 1]];

/// What a node hangs on in its tree.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parent {
    /// In no tree.
    None,
    /// The source or the sink itself.
    Terminal,
    /// Cut off, not yet adopted.
    Orphan,
    /// The neighbour in this direction.
    Neighbour(u8),
}

#[derive(Clone)]
struct Node {
    /// What still flows from here to each neighbour.
    residual: [f64; 8],
    /// What still comes from the source; what still goes to the sink, where negative.
    terminal: f64,
    parent: Parent,
    is_sinks: bool,
    is_active: bool,
    /// Distance to the tree's root, as it was at the time of `stamp`.
    distance: u32,
    stamp: u32,
}

/// A grid whose nodes are linked to their eight neighbours, to a source and to a sink. A frame of unlinked nodes around it
/// spares looking for its edge.
pub(super) struct GridCut {
    nodes: Vec<Node>,
    stride: usize,
    offsets: [isize; 8],
    active: VecDeque<usize>,
    orphans: VecDeque<usize>,
    stamp: u32,
}

impl GridCut {
    pub fn new(width: usize, height: usize) -> Self {
        let stride = width + 2;
        let node = Node {
            residual: [0.0; 8],
            terminal: 0.0,
            parent: Parent::None,
            is_sinks: false,
            is_active: false,
            distance: 0,
            stamp: 0,
        };
        let offset = |[across, down]: [i32; 2]| down as isize * stride.cast_signed() + across as isize;
        Self {
            nodes: vec![node; stride * (height + 2)],
            stride,
            offsets: DIRECTIONS.map(offset),
            active: VecDeque::new(),
            orphans: VecDeque::new(),
            stamp: 0,
        }
    }

    fn index(&self, x: usize, y: usize) -> usize {
        (y + 1) * self.stride + x + 1
    }

    /// What it costs to part a pixel from the source, and from the sink.
    pub fn link_terminals(&mut self, x: usize, y: usize, source: f64, sink: f64) {
        let at = self.index(x, y);
        self.nodes[at].terminal = source - sink;
    }

    /// What it costs to part a pixel from its neighbour in a direction, in either sense.
    pub fn link(&mut self, x: usize, y: usize, direction: usize, cost: f64) {
        let at = self.index(x, y);
        let other = self.neighbour(at, direction);
        self.nodes[at].residual[direction] = cost;
        self.nodes[other].residual[7 - direction] = cost;
    }

    /// Whether the pixel is on the source's side of the least cut; after [`Self::cut`].
    pub fn is_on_source_side(&self, x: usize, y: usize) -> bool {
        let node = &self.nodes[self.index(x, y)];
        node.parent != Parent::None && !node.is_sinks
    }

    fn neighbour(&self, at: usize, direction: usize) -> usize {
        at.wrapping_add_signed(self.offsets[direction])
    }

    /// What still flows between a node and its neighbour, away from the root of the tree that reaches the node first.
    fn outward(&self, at: usize, direction: usize, is_sinks: bool) -> f64 {
        if is_sinks { self.inward_of(at, direction) } else { self.nodes[at].residual[direction] }
    }

    fn inward_of(&self, at: usize, direction: usize) -> f64 {
        self.nodes[self.neighbour(at, direction)].residual[7 - direction]
    }

    /// Finds the least cut.
    pub fn cut(&mut self) {
        for (at, node) in self.nodes.iter_mut().enumerate() {
            if node.terminal != 0.0 {
                node.parent = Parent::Terminal;
                node.is_sinks = node.terminal < 0.0;
                node.distance = 1;
                node.is_active = true;
                self.active.push_back(at);
            }
        }
        while let Some((from, direction)) = self.grow() {
            self.push(from, direction);
            self.stamp += 1;
            while let Some(orphan) = self.orphans.pop_front() {
                self.adopt(orphan);
            }
        }
    }

    /// Grows the trees until they meet: the source's node, and the direction in which the sink's is.
    fn grow(&mut self) -> Option<(usize, usize)> {
        while let Some(&at) = self.active.front() {
            if self.nodes[at].parent != Parent::None {
                let Node { is_sinks, distance, stamp, .. } = self.nodes[at];
                for direction in 0..8 {
                    if self.outward(at, direction, is_sinks) <= 0.0 {
                        continue;
                    }
                    let other = self.neighbour(at, direction);
                    let found = &mut self.nodes[other];
                    if found.parent == Parent::None {
                        found.is_sinks = is_sinks;
                        self.hang(other, 7 - direction, distance + 1, stamp);
                        self.activate(other);
                    } else if found.is_sinks != is_sinks {
                        return Some(if is_sinks { (other, 7 - direction) } else { (at, direction) });
                    } else if found.distance > distance + 1 && found.stamp <= stamp {
                        // Nearer to the root this way.
                        self.hang(other, 7 - direction, distance + 1, stamp);
                    }
                }
            }
            self.nodes[at].is_active = false;
            self.active.pop_front();
        }
        None
    }

    fn hang(&mut self, at: usize, direction: usize, distance: u32, stamp: u32) {
        let node = &mut self.nodes[at];
        // Directions are fewer than 256.
        node.parent = Parent::Neighbour(u8::try_from(direction).unwrap_or(0));
        (node.distance, node.stamp) = (distance, stamp);
    }

    fn activate(&mut self, at: usize) {
        if !self.nodes[at].is_active {
            self.nodes[at].is_active = true;
            self.active.push_back(at);
        }
    }

    /// Pushes as much flow as there is way along the path that the link closes.
    fn push(&mut self, from: usize, direction: usize) {
        let to = self.neighbour(from, direction);
        let mut flow = self.nodes[from].residual[direction];
        for end in [from, to] {
            let mut at = end;
            while let Parent::Neighbour(direction) = self.nodes[at].parent {
                flow = flow.min(self.toward_child(at, direction.into()));
                at = self.neighbour(at, direction.into());
            }
            flow = flow.min(self.nodes[at].terminal.abs());
        }
        self.nodes[from].residual[direction] -= flow;
        self.nodes[to].residual[7 - direction] += flow;
        for end in [from, to] {
            let mut at = end;
            while let Parent::Neighbour(direction) = self.nodes[at].parent {
                let direction = usize::from(direction);
                let parent = self.neighbour(at, direction);
                let sign = if self.nodes[at].is_sinks { 1.0 } else { -1.0 };
                self.nodes[at].residual[direction] -= sign * flow;
                self.nodes[parent].residual[7 - direction] += sign * flow;
                if self.toward_child(at, direction) <= 0.0 {
                    self.orphan(at);
                }
                at = parent;
            }
            let node = &mut self.nodes[at];
            node.terminal += if node.is_sinks { flow } else { -flow };
            if node.terminal == 0.0 {
                self.orphan(at);
            }
        }
    }

    /// What still flows between a node and its parent, in the sense of the flow: from the source, to the sink.
    fn toward_child(&self, at: usize, parent: usize) -> f64 {
        if self.nodes[at].is_sinks { self.nodes[at].residual[parent] } else { self.inward_of(at, parent) }
    }

    fn orphan(&mut self, at: usize) {
        self.nodes[at].parent = Parent::Orphan;
        self.orphans.push_back(at);
    }

    /// Finds a new parent in the same tree, the nearest to the root; or lets the node, and with it its children, go.
    fn adopt(&mut self, at: usize) {
        let is_sinks = self.nodes[at].is_sinks;
        let mut nearest: Option<(u32, usize)> = None;
        for direction in 0..8 {
            let other = self.neighbour(at, direction);
            let node = &self.nodes[other];
            if node.is_sinks != is_sinks || node.parent == Parent::None || self.toward_child(at, direction) <= 0.0 {
                continue;
            }
            let Some(distance) = self.distance_to_root(other) else { continue };
            if nearest.is_none_or(|(least, _)| distance < least) {
                nearest = Some((distance, direction));
            }
        }
        if let Some((distance, direction)) = nearest {
            self.hang(at, direction, distance + 1, self.stamp);
            return;
        }
        self.nodes[at].parent = Parent::None;
        self.nodes[at].stamp = 0;
        for direction in 0..8 {
            let other = self.neighbour(at, direction);
            if self.nodes[other].is_sinks != is_sinks || self.nodes[other].parent == Parent::None {
                continue;
            }
            if self.toward_child(at, direction) > 0.0 {
                self.activate(other);
            }
            if self.nodes[other].parent == Parent::Neighbour(u8::try_from(7 - direction).unwrap_or(0)) {
                self.orphan(other);
            }
        }
    }

    /// How far a node is from its tree's root, noted on the way there; `None` where it has been cut off from it.
    fn distance_to_root(&mut self, from: usize) -> Option<u32> {
        let (mut at, mut steps) = (from, 0);
        let from_here = loop {
            let node = &mut self.nodes[at];
            if node.stamp == self.stamp {
                break node.distance;
            }
            match node.parent {
                Parent::Neighbour(direction) => at = self.neighbour(at, direction.into()),
                Parent::Terminal => {
                    (node.stamp, node.distance) = (self.stamp, 1);
                    break 1;
                }
                Parent::None | Parent::Orphan => return None,
            }
            steps += 1;
        };
        let distance = from_here + steps;
        let (mut at, mut left) = (from, distance);
        while self.nodes[at].stamp != self.stamp {
            (self.nodes[at].stamp, self.nodes[at].distance) = (self.stamp, left);
            left -= 1;
            let Parent::Neighbour(direction) = self.nodes[at].parent else { break };
            at = self.neighbour(at, direction.into());
        }
        Some(distance)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The cost of a cut through a 4 x 3 grid: of the links it parts.
    fn cost(on_source_side: &[bool], terminals: &[(u8, u8)], links: &[u8]) -> f64 {
        let mut sum = 0.0;
        for (side, (source, sink)) in on_source_side.iter().zip(terminals) {
            sum += f64::from(if *side { *sink } else { *source });
        }
        for ((x, y, direction), cost) in places().zip(links) {
            let [across, down] = DIRECTIONS[direction];
            let (other_x, other_y) = (x as i32 + across, y as i32 + down);
            if !(0..4).contains(&other_x) || other_y >= 3 {
                continue;
            }
            if on_source_side[y * 4 + x] != on_source_side[other_y as usize * 4 + other_x as usize] {
                sum += f64::from(*cost);
            }
        }
        sum
    }

    /// Every pixel with the directions to the right and below.
    fn places() -> impl Iterator<Item = (usize, usize, usize)> {
        (0..12).flat_map(|at| (4..8).map(move |direction| (at % 4, at / 4, direction)))
    }

    proptest! {
        #[test]
        fn no_other_cut_costs_less(
            terminals in prop::collection::vec((0u8..20, 0u8..20), 12),
            links in prop::collection::vec(0u8..12, 48),
        ) {
            let mut grid = GridCut::new(4, 3);
            for (at, (source, sink)) in terminals.iter().enumerate() {
                grid.link_terminals(at % 4, at / 4, f64::from(*source), f64::from(*sink));
            }
            for ((x, y, direction), cost) in places().zip(&links) {
                let [across, down] = DIRECTIONS[direction];
                if (0..4).contains(&(x as i32 + across)) && y as i32 + down < 3 {
                    grid.link(x, y, direction, f64::from(*cost));
                }
            }
            grid.cut();
            let found: Vec<bool> = (0..12).map(|at| grid.is_on_source_side(at % 4, at / 4)).collect();
            let least = (0..4096_u32)
                .map(|cut| cost(&(0..12).map(|at| cut >> at & 1 == 1).collect::<Vec<_>>(), &terminals, &links))
                .fold(f64::INFINITY, f64::min);
            prop_assert_eq!(cost(&found, &terminals, &links), least);
        }
    }
}
