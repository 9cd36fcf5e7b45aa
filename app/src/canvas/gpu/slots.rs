//! Square places for tiles in array textures: a texture (a page) holds many, so that the device's limits on textures and
//! on their sides never matter, and what was not used for longest makes room.

use std::collections::HashMap;
use std::hash::Hash;

use eframe::wgpu;

/// Where a tile lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    pub page: u32,
    pub layer: u32,
}

/// What the pages of a [`Slots`] are.
#[derive(Clone, Copy, Debug)]
pub struct PageKind {
    pub label: &'static str,
    /// Texels of a slot's side.
    pub side: u32,
    pub format: wgpu::TextureFormat,
    pub usage: wgpu::TextureUsages,
    /// Slots of a page.
    pub layers: u32,
    /// Beyond so many pages, what is not in use makes room before another page is made.
    pub pages_wanted: u32,
    /// There are never more.
    pub pages_allowed: u32,
}

pub struct Page {
    texture: wgpu::Texture,
    /// Of all layers.
    pub view: wgpu::TextureView,
}

impl Page {
    fn new(device: &wgpu::Device, kind: &PageKind) -> Self {
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: Some(kind.label),
            size: wgpu::Extent3d { width: kind.side, height: kind.side, depth_or_array_layers: kind.layers },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: kind.format,
            usage: kind.usage,
            view_formats: &[],
        });
        let view = texture.create_view(&wgpu::TextureViewDescriptor {
            dimension: Some(wgpu::TextureViewDimension::D2Array),
            ..wgpu::TextureViewDescriptor::default()
        });
        Self { texture, view }
    }
}

struct Entry<D> {
    place: Place,
    used_in: u64,
    data: D,
}

/// Tiles by their keys `K`, each with what is known of it.
pub struct Slots<K, D> {
    kind: PageKind,
    pages: Vec<Page>,
    entries: HashMap<K, Entry<D>>,
    free: Vec<Place>,
}

impl<K: Eq + Hash + Copy, D> Slots<K, D> {
    pub fn new(kind: PageKind) -> Self {
        Self { kind, pages: vec![], entries: HashMap::new(), free: vec![] }
    }

    pub fn pages(&self) -> &[Page] {
        &self.pages
    }

    pub fn get(&self, key: &K) -> Option<(Place, &D)> {
        self.entries.get(key).map(|entry| (entry.place, &entry.data))
    }

    /// Keeps the tile from making room in this frame.
    pub fn keep(&mut self, key: &K, frame: u64) {
        if let Some(entry) = self.entries.get_mut(key) {
            entry.used_in = frame;
        }
    }

    /// The tile's place, a new one if it has none, with this known of it. `None` when every place is used in this frame.
    pub fn put(&mut self, device: &wgpu::Device, key: K, data: D, frame: u64) -> Option<Place> {
        if let Some(entry) = self.entries.get_mut(&key) {
            entry.used_in = frame;
            entry.data = data;
            return Some(entry.place);
        }
        let place = self.find_room(device, frame)?;
        self.entries.insert(key, Entry { place, used_in: frame, data });
        Some(place)
    }

    pub fn remove(&mut self, key: &K) {
        if let Some(entry) = self.entries.remove(key) {
            self.free.push(entry.place);
        }
    }

    /// Forgets every tile and gives the memory back.
    pub fn clear(&mut self) {
        self.pages.clear();
        self.entries.clear();
        self.free.clear();
    }

    pub fn texture(&self, place: Place) -> Option<&wgpu::Texture> {
        self.pages.get(place.page as usize).map(|page| &page.texture)
    }

    /// The place alone, for drawing into it.
    pub fn target(&self, place: Place) -> Option<wgpu::TextureView> {
        let texture = self.texture(place)?;
        Some(texture.create_view(&wgpu::TextureViewDescriptor {
            dimension: Some(wgpu::TextureViewDimension::D2),
            base_array_layer: place.layer,
            array_layer_count: Some(1),
            ..wgpu::TextureViewDescriptor::default()
        }))
    }

    fn find_room(&mut self, device: &wgpu::Device, frame: u64) -> Option<Place> {
        let count = self.pages.len() as u32;
        if self.free.is_empty() && count < self.kind.pages_wanted {
            self.add_page(device);
        }
        if self.free.is_empty() {
            let room = self.take_oldest(frame);
            self.free.extend(room);
        }
        if self.free.is_empty() && count < self.kind.pages_allowed {
            self.add_page(device);
        }
        self.free.pop()
    }

    fn add_page(&mut self, device: &wgpu::Device) {
        let page = self.pages.len() as u32;
        self.pages.push(Page::new(device, &self.kind));
        // The lowest is given out first.
        self.free.extend((0..self.kind.layers).rev().map(|layer| Place { page, layer }));
    }

    fn take_oldest(&mut self, frame: u64) -> Option<Place> {
        let unused = self.entries.iter().filter(|(_, entry)| entry.used_in < frame);
        let (key, _) = unused.min_by_key(|(_, entry)| entry.used_in)?;
        let key = *key;
        self.entries.remove(&key).map(|entry| entry.place)
    }
}

/// Writes texels of `bytes_each` bytes into a part of a place: `size` of them from `corner`; `bytes` begins with the
/// first row's and each row is `row_bytes` long.
pub fn write(
    queue: &wgpu::Queue,
    texture: &wgpu::Texture,
    layer: u32,
    corner: [u32; 2],
    size: [u32; 2],
    (bytes, row_bytes): (&[u8], u32),
) {
    queue.write_texture(
        wgpu::TexelCopyTextureInfo {
            texture,
            mip_level: 0,
            origin: wgpu::Origin3d { x: corner[0], y: corner[1], z: layer },
            aspect: wgpu::TextureAspect::All,
        },
        bytes,
        wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(row_bytes), rows_per_image: Some(size[1]) },
        wgpu::Extent3d { width: size[0], height: size[1], depth_or_array_layers: 1 },
    );
}
