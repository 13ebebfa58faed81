//! A graph in layers from left to right: callers before those whom they call, few lines across each other, nothing on top of
//! anything else.
//!
//! The method is Sugiyama's, as Graphviz's `dot` and dagre use it (Gansner, Koutsofios, North, Vo: A Technique for Drawing Directed
//! Graphs, <https://www.graphviz.org/documentation/TSE93.pdf>): calls that lead back are turned round, a node's layer is the length of
//! the longest path to it, lines and their labels have places of their own in the layers between, which are ordered by
//! barycentres. Heights are then the nearest to those of the neighbours that keep the order, by isotonic regression ("pool adjacent
//! violators").

use super::layout::Calls;
use crate::model::ServiceGraph;

/// More places than this are not made for lines that pass layers: of so large a graph, they go straight through.
const MOST_BENDS: usize = 20_000;
/// How often order and heights are improved.
const SWEEPS: usize = 12;

/// Something that takes room in a layer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    /// In which layer. Nodes are in the even ones, the labels of their calls in the odd ones behind.
    pub(super) rank: usize,
    /// How much room it takes from top to bottom.
    pub(super) height: f64,
    /// Its middle.
    pub(super) y: f64,
}

/// The places of everything in a graph.
#[derive(Debug)]
pub(super) struct Layers {
    /// The nodes, then all else.
    pub(super) items: Vec<Item>,
    /// Of each edge that has both its nodes, the items through which it passes from left to right: a node, its label, bends, and,
    /// unless it calls itself, a node.
    pub(super) chains: Vec<Option<Vec<usize>>>,
    /// Whether an edge goes from right to left.
    pub(super) back: Vec<bool>,
    /// Items by rank, from top to bottom.
    ranks: Vec<Vec<usize>>,
}

/// Finds a place for everything. `heights` are those of the nodes and of the edges' labels; nothing is nearer than `gap` to what is
/// above it.
pub(super) fn layers(graph: &ServiceGraph, heights: (&[f64], &[f64]), gap: f64) -> Layers {
    let calls = Calls::read(graph);
    let order = calls.order();
    let back = calls.circular(&order);
    let ranks = node_ranks(graph, &order, &back);
    let mut layers = Layers {
        items: ranks.iter().zip(heights.0).map(|(&rank, &height)| Item { rank, height, y: 0.0 }).collect(),
        chains: vec![None; graph.edges.len()],
        back,
        ranks: vec![Vec::new(); ranks.iter().max().map_or(0, |most| most + 2)],
    };
    for &node in &order {
        layers.ranks[ranks[node]].push(node);
    }
    let span = |edge: usize| ranks[graph.edges[edge].from].abs_diff(ranks[graph.edges[edge].to]);
    let edges: Vec<usize> = order.iter().flat_map(|&node| calls.calls(node)).copied().collect();
    let bends = edges.iter().map(|&edge| span(edge)).sum::<usize>() <= MOST_BENDS;
    for edge in edges {
        let (from, to) = (graph.edges[edge].from, graph.edges[edge].to);
        let (left, right) = if ranks[from] <= ranks[to] { (from, to) } else { (to, from) };
        let mut chain = vec![left, layers.place(ranks[left] + 1, heights.1[edge])];
        if bends {
            chain.extend((ranks[left] + 2..ranks[right]).map(|rank| layers.place(rank, 0.0)));
        }
        chain.extend((left != right).then_some(right));
        layers.chains[edge] = Some(chain);
    }
    layers.arrange(gap);
    layers
}

/// Twice the length of the longest way to each node.
fn node_ranks(graph: &ServiceGraph, order: &[usize], back: &[bool]) -> Vec<usize> {
    let count = graph.nodes.len();
    let edges = || graph.edges.iter().zip(back).filter(|(edge, back)| !**back && edge.from.max(edge.to) < count);
    let mut callers = vec![0_usize; count];
    let mut calls = vec![Vec::new(); count];
    for (edge, _) in edges() {
        callers[edge.to] += 1;
        calls[edge.from].push(edge.to);
    }
    let mut ranks = vec![0; count];
    let mut open: Vec<usize> = order.iter().copied().filter(|&node| callers[node] == 0).collect();
    while let Some(node) = open.pop() {
        for &callee in &calls[node] {
            ranks[callee] = ranks[callee].max(ranks[node] + 2);
            callers[callee] -= 1;
            if callers[callee] == 0 {
                open.push(callee);
            }
        }
    }
    ranks
}

impl Layers {
    fn place(&mut self, rank: usize, height: f64) -> usize {
        self.items.push(Item { rank, height, y: 0.0 });
        self.ranks[rank].push(self.items.len() - 1);
        self.items.len() - 1
    }

    /// Orders each rank and gives all items their heights; the topmost begins at 0.
    fn arrange(&mut self, gap: f64) {
        let mut neighbours = [vec![Vec::new(); self.items.len()], vec![Vec::new(); self.items.len()]];
        for chain in self.chains.iter().flatten() {
            for pair in chain.windows(2) {
                neighbours[0][pair[1]].push(pair[0]);
                neighbours[1][pair[0]].push(pair[1]);
            }
        }
        for rank in &self.ranks {
            spread(&mut self.items, rank, gap);
        }
        for sweep in 0..SWEEPS {
            let side = &neighbours[sweep % 2];
            let mut order: Vec<usize> = (0..self.ranks.len()).collect();
            if sweep % 2 == 1 {
                order.reverse();
            }
            for rank in order {
                let rank = &mut self.ranks[rank];
                for &item in rank.iter() {
                    self.items[item].y = mean(&self.items, &side[item]).unwrap_or(self.items[item].y);
                }
                // The second half keeps the order, and only straightens lines.
                if sweep < SWEEPS / 2 {
                    rank.sort_by(|&a, &b| self.items[a].y.total_cmp(&self.items[b].y));
                }
                spread(&mut self.items, rank, gap);
            }
        }
        let top = self.items.iter().map(|item| item.y - item.height / 2.0).fold(f64::INFINITY, f64::min);
        self.items.iter_mut().for_each(|item| item.y -= top);
    }

    /// How much room all of it takes from top to bottom.
    pub(super) fn height(&self) -> f64 {
        self.items.iter().map(|item| item.y + item.height / 2.0).fold(0.0, f64::max)
    }

    /// How many ranks there are.
    pub(super) fn ranks(&self) -> usize {
        self.ranks.len()
    }
}

fn mean(items: &[Item], of: &[usize]) -> Option<f64> {
    let sum: f64 = of.iter().map(|&item| items[item].y).sum();
    (!of.is_empty()).then(|| sum / of.len() as f64)
}

/// Moves the items of a rank, which are in order, as little as keeps them apart.
fn spread(items: &mut [Item], rank: &[usize], gap: f64) {
    // Runs of items that lie as near to each other as they may: how many, and the sum of where the first would like to be.
    let mut runs: Vec<(usize, f64)> = Vec::new();
    let mut distance = vec![0.0; rank.len()];
    for (nth, &item) in rank.iter().enumerate() {
        if nth > 0 {
            distance[nth] = distance[nth - 1] + f64::midpoint(items[rank[nth - 1]].height, items[item].height) + gap;
        }
        let mut run = (1, items[item].y - distance[nth]);
        while let Some(&(count, sum)) = runs.last()
            && sum / count as f64 >= run.1 / run.0 as f64
        {
            run = (run.0 + count, run.1 + sum);
            runs.pop();
        }
        runs.push(run);
    }
    let firsts = runs.into_iter().flat_map(|(count, sum)| std::iter::repeat_n(sum / count as f64, count));
    for ((&item, first), distance) in rank.iter().zip(firsts).zip(distance) {
        items[item].y = first + distance;
    }
}
