/**
 * Shared types of the rules. This module holds no code.
 *
 * @typedef {{ d(sides: number): number }} Dice A die with that many sides, 1..sides.
 * @typedef {{ now(): number }} Clock Real time in milliseconds; only for how long a run took.
 *
 * @typedef {'north'|'east'|'south'|'west'} Direction
 * @typedef {'surface'|'mines'} Region
 * @typedef {'dawn'|'day'|'dusk'|'night'} Hour
 * @typedef {'clear'|'light rain'|'storm'|'fog'} Weather
 * @typedef {'str'|'dex'|'con'|'int'|'wis'|'cha'} Ability
 *
 * @typedef {'tavern'|'square'|'market'|'blacksmith'|'gates'|'cemetery'|'bridge'|'forest'|'grove'|'bandits'|'cave'
 *   |'entrance'|'junction'|'crystal'|'passage'|'camp'|'tunnel'|'river'|'deep'|'rune'} PlaceId
 * @typedef {'fighter'|'rogue'|'innkeeper'|'stranger'|'guard'|'merchant'|'child'|'vendor'|'weaponsmith'|'trader'
 *   |'smith'|'gateguard'|'outsiders'|'miner'|'survivor'|'trapped'|'garrett'} PersonId
 * @typedef {'dagger'|'lockpicks'|'rope'|'torch'|'note'|'stone'|'potion'|'ration'|'planks'|'shard'
 *   |'shortsword'|'blade'|'studded'} ItemId
 * @typedef {'goblin'|'wolf'|'skeleton'|'orc'|'bats'|'corrupted'|'shadow'|'spider'|'revenant'} EnemyId
 * @typedef {'party'|'mines'|'miners'|'rune'|'cat'|'bridge'} QuestId
 *
 * @typedef {'narration'|'speech'|'good'|'bad'|'fight'|'system'} Tone
 * @typedef {'text'|'refused'|'moved'|'time'|'weather'|'talked'|'roll'|'damaged'|'healed'|'enemy-damaged'
 *   |'fight-started'|'fight-ended'|'level-up'|'xp'|'gold'|'item-gained'|'item-lost'|'quest-done'|'died'
 *   |'ended'} EventType
 *
 * @typedef {object} GameEvent One line of the log, with facts for the page. An empty text is not for the log.
 * @property {EventType} type
 * @property {string} text
 * @property {Tone} tone
 * @property {PlaceId} [place]
 * @property {Direction} [direction]
 * @property {PersonId} [person]
 * @property {ItemId} [item]
 * @property {EnemyId} [enemy]
 * @property {QuestId} [quest]
 * @property {string} [outcome] How a fight ended, or a roll went.
 * @property {number} [amount]
 * @property {number} [level]
 *
 * @typedef {object} Hero
 * @property {string} name
 * @property {string} className
 * @property {number} level
 * @property {number} xp
 * @property {number} hp
 * @property {number} maxHp
 * @property {number} gold
 * @property {Record<Ability, number>} abilities
 * @property {ItemId} weapon
 * @property {ItemId|null} armour
 *
 * @typedef {{ id: ItemId, count: number }} Stack
 *
 * @typedef {object} Fight
 * @property {EnemyId} enemy
 * @property {number} hp
 * @property {number} maxHp
 * @property {number} round
 * @property {boolean} guardian The one that wakes when the Stone is taken.
 * @property {boolean} hidden The enemy has not seen the hero yet.
 * @property {boolean} prone The hero is on the ground.
 * @property {number} poison Rounds of poison left.
 * @property {number} held Turns the enemy will lose.
 * @property {number} roped How often the rope has caught it; each makes the next harder.
 * @property {boolean} raging
 * @property {boolean} torchUsed
 * @property {boolean} dazzled Light has weakened it.
 *
 * @typedef {object} Memory What a person remembers.
 * @property {number} times How often you spoke.
 * @property {number} day The day you last spoke.
 * @property {string[]} said Topics you have heard.
 *
 * @typedef {'fighter'|'rogue'|'reachedMines'|'noteRead'|'rubbleCleared'|'minersFree'|'minersHome'|'stoneTaken'
 *   |'runeSealed'|'catAsked'|'catFound'|'catHome'|'bridgeMended'|'planksTaken'|'cryptOpen'|'strongboxOpen'
 *   |'cacheFound'|'ledgeFound'|'shardTaken'|'outsidersTrust'|'campSearched'|'survivorTended'|'carvingsRead'
 *   |'tracksRead'|'strangerTrust'} Flag
 *
 * @typedef {object} Mark A thing that happened, for the story of the run.
 * @property {string} what
 * @property {number} day
 * @property {Hour} hour
 * @property {PlaceId} place
 *
 * @typedef {object} Tally
 * @property {number} moves
 * @property {number} encounters
 * @property {number} deaths
 * @property {number} escapes
 * @property {number} rests
 * @property {number} potions
 * @property {number} goldEarned
 * @property {number} goldSpent
 * @property {number} checksWon
 * @property {number} checksLost
 * @property {number} criticals
 * @property {number} spared
 *
 * @typedef {object} State All of a game; plain JSON.
 * @property {number} version
 * @property {Hero} hero
 * @property {Stack[]} inventory
 * @property {PlaceId} place
 * @property {number} turn
 * @property {number} minutes Game minutes since midnight of day 1.
 * @property {Weather} weather
 * @property {Partial<Record<PlaceId, number>>} visits
 * @property {PlaceId[]} scouted Places known by name before they were seen.
 * @property {Partial<Record<Flag, true>>} flags
 * @property {Partial<Record<PersonId, Memory>>} memory
 * @property {Partial<Record<string, number>>} tried Check id -> day of the last try.
 * @property {Partial<Record<EnemyId, number>>} beaten
 * @property {Tally} tally
 * @property {Mark[]} marks
 * @property {Fight|null} fight
 * @property {PersonId|null} talk
 * @property {boolean} choosing Choosing whom to speak to.
 * @property {{ keeper: PersonId, selling: boolean }|null} shop
 * @property {boolean} hidden Moving unseen: the next fight starts from the shadows.
 * @property {number} quiet Moves since the last encounter.
 * @property {number|null} haggled The day prices were talked down.
 * @property {boolean} ended
 * @property {number|null} startedAt Real time, milliseconds, if a clock was given.
 * @property {number|null} endedAt
 *
 * @typedef {{ type: 'move', direction: Direction }
 *   | { type: 'look' } | { type: 'attack' } | { type: 'sneak' } | { type: 'rest' } | { type: 'story' }
 *   | { type: 'talk', person?: PersonId }
 *   | { type: 'topic', topic: string }
 *   | { type: 'leave' }
 *   | { type: 'use', item: ItemId }
 *   | { type: 'check', check: string }
 *   | { type: 'deed', deed: string }
 *   | { type: 'sell-list' } | { type: 'buy-list' }
 *   | { type: 'buy', item: ItemId } | { type: 'sell', item: ItemId }} Action
 *
 * @typedef {{ dice: Dice, clock?: Clock }} Chance What comes from outside.
 * @typedef {{ state: State, events: GameEvent[] }} Result
 *
 * @typedef {object} Turn A turn being played: a draft that may be written to.
 * @property {State} s
 * @property {Dice} dice
 * @property {GameEvent[]} events
 * @property {number|null} now
 *
 * @typedef {object} Exit
 * @property {Direction} direction
 * @property {string} label
 * @property {boolean} open
 * @property {PlaceId|null} to
 * @property {string|null} name Null while the place is unknown.
 * @property {string} reason Why it is closed; empty where it is open.
 *
 * @typedef {object} Choice
 * @property {string} id
 * @property {string} label
 * @property {boolean} enabled
 * @property {string} reason Why not; empty where enabled.
 * @property {Action} action
 */
export {};
