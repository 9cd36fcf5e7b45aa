//! Records become layers and groups.

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::super::damage::Damage;
use super::super::layered::{LayeredError, MAX_DEPTH, without_group};
use super::super::note::FileNote;
use super::compose::Canvas;
use super::layers::{Record, Section};
use crate::document::{BlendMode, Layer, LayerContent, LayerProps, Pixel, TileGrid, on_workers};

/// The layers of a file, the lowest first; their pixels are decoded on several threads.
pub(super) fn layers(
    records: &[Record<'_>],
    canvas: &Canvas<'_>,
    notices: &mut Vec<FileNote>,
) -> Result<Vec<Layer>, LayeredError> {
    let decode = |record: &Record<'_>| {
        let tiles = match record.section {
            Section::None => canvas.layer(record).map(Some),
            Section::Group => canvas.mask_as_pixels(record),
            Section::End => Ok(None),
        };
        tiles.map_err(|error| of_layer(&record.name, error))
    };
    let decoded: Vec<Option<TileGrid<Pixel>>> =
        on_workers(|| records.par_iter().map(decode).collect::<Result<_, _>>())?;

    // The innermost group that is open comes last; the first is the canvas itself.
    let mut open: Vec<Vec<Layer>> = vec![Vec::new()];
    let next = records.iter().skip(1).map(Some).chain([None]);
    for ((record, tiles), next) in records.iter().zip(decoded).zip(next) {
        match record.section {
            Section::End => {
                if open.len() > MAX_DEPTH {
                    return Err(LayeredError::damaged(Damage::DeepGroups));
                }
                open.push(Vec::new());
            }
            Section::Group => {
                // A group that never ended holds what is there since the last that did.
                let children = if open.len() > 1 { open.pop().unwrap_or_default() } else { Vec::new() };
                // Something that is clipped to the group needs it.
                let may_dissolve = tiles.is_none() && !record.is_clipped && !next.is_some_and(|next| next.is_clipped);
                let props = props(record, notices);
                let dissolved = (record.blend == *b"pass" && may_dissolve)
                    .then(|| without_group(&props, &children, notices))
                    .flatten();
                match dissolved {
                    Some(layers) => layers.into_iter().for_each(|layer| push(&mut open, layer)),
                    None => push(&mut open, group(props, children, tiles)),
                }
            }
            Section::None => {
                if let Some(layer) = paint_layer(record, tiles, notices) {
                    push(&mut open, layer);
                }
            }
        }
    }
    // Groups that were never named keep their layers.
    Ok(open.into_iter().flatten().collect())
}

fn push(open: &mut [Vec<Layer>], layer: Layer) {
    if let Some(innermost) = open.last_mut() {
        innermost.push(layer);
    }
}

fn of_layer(name: &str, error: LayeredError) -> LayeredError {
    match error {
        LayeredError::Damaged(damage) => {
            LayeredError::Damaged(Damage::InLayer { name: name.to_owned(), damage: Box::new(damage) })
        }
        error => error,
    }
}

fn paint_layer(record: &Record<'_>, tiles: Option<TileGrid<Pixel>>, notices: &mut Vec<FileNote>) -> Option<Layer> {
    if let Some(kind) = record.adjustment
        && record.place.is_empty()
    {
        let kind = String::from_utf8_lossy(&kind).trim().to_owned();
        notices.push(FileNote::AdjustmentLeftOut { name: record.name.clone(), kind });
        return None;
    }
    Some(Layer::new(props(record, notices), LayerContent::Paint(tiles?)))
}

fn group(props: LayerProps, mut children: Vec<Layer>, mask: Option<TileGrid<Pixel>>) -> Layer {
    if let Some(mask) = mask {
        // In a group composited by itself this is what a mask does.
        let name = format!("Mask of {}", props.name);
        let mask_props = LayerProps { blend: BlendMode::DestinationIn, ..LayerProps::named(name) };
        children.push(Layer::new(mask_props, LayerContent::Paint(mask)));
    }
    Layer::new(props, LayerContent::Group(children))
}

fn props(record: &Record<'_>, notices: &mut Vec<FileNote>) -> LayerProps {
    let blend = match (record.section, &record.blend) {
        (Section::Group, b"pass") => BlendMode::Normal,
        (_, key) => BlendMode::from_psd_key(*key).unwrap_or_else(|| {
            let mode = String::from_utf8_lossy(key).trim().to_owned();
            notices.push(FileNote::UnknownBlend { layer: record.name.clone(), mode });
            BlendMode::Normal
        }),
    };
    LayerProps {
        visible: !record.is_hidden,
        opacity: record.opacity.clamp(0.0, 1.0),
        locked: record.is_locked,
        alpha_locked: record.is_alpha_locked,
        clipped: record.is_clipped,
        blend,
        ..LayerProps::named(record.name.clone())
    }
}
