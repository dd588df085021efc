import { describe, expect, it } from 'vitest';
import { isEmergency } from '../../src/domain/emergencies.ts';

const EMERGENCIES = `
I have chest pain since this morning
My chest really hurts... my chest hurts
My chest feels tight
It feels like an elephant is sitting on my chest
There's a crushing pressure on my chest
I've got this pain in my chest
I can’t breathe
I can't breathe, will I die?
I can barely breathe
I'm having trouble breathing after my filler
I am short of breath
She's not breathing
I can't swallow and my throat is closing up
My lips are really swollen after the treatment yesterday
My lips are swollen, is that normal?
Is it normal that my face is swelling up?
There is swelling around my eye after the injection
After the Botox on Monday I noticed some swelling
I think I am having an allergic reaction
I had an allergic reaction to the filler
I can't see
I can't see anything with my left eye
Since the injection I have blurry vision
I'm losing my vision
My nose is turning white
The skin around the injection is going gray
it won’t stop bleeding
I'm bleeding a lot
The blood won't stop
One side of my face is drooping
My lips are not just swollen, they hurt
My tongue feels thick and swollen
My eye is swollen shut
I've been cutting myself
My mother just passed out
My husband collapsed in your parking lot
I think he's having a stroke
She's having a seizure
The pain is unbearable
I have terrible pain since the peel
I think I'm dying
This is an emergency
I need an ambulance
I want to kill myself
I don't want to live any more
I want to die
I keep thinking about hurting myself
I'm suicidal
I'm not going to kill myself, I just think of it
I took an overdose
I took too many pills
I don't know what to do, my chest hurts
I don't know what to do my chest hurts
I don't feel well, I have chest pain
No, chest pain.
No. I have chest pain.
I've never had chest pain like this
I have no fever, but my lips are swollen
It's not only swelling, I have trouble breathing
I had a heart attack years ago. Now my chest hurts again.
No puedo respirar
Me duele mucho el pecho
Tengo los labios hinchados
Después del relleno tengo la cara muy hinchada
Creo que es una reacción alérgica
Mi madre se desmayó
No para de sangrar
Quiero suicidarme
No quiero vivir más
J'ai mal à la poitrine
Je n'arrive plus à respirer
Je ne peux pas respirer
Mes lèvres sont très gonflées
Mon œil est gonflé depuis l'injection
Ma mère s'est évanouie
Ça n'arrête pas de saigner
Je veux mourir
Je n'ai plus envie de vivre
Ich bekomme keine Luft
Ich kann nicht atmen
Ich habe Schmerzen in der Brust
Meine Lippen sind stark geschwollen
Seit der Spritze ist mein Auge geschwollen
Meine Mutter ist ohnmächtig geworden
Es hört nicht auf zu bluten
Ich will nicht mehr leben
Ich möchte mich umbringen
My lips are swelling up since the filler
My lips have ballooned after the filler
I can't catch my breath
I'm struggling for air
My vision went dark after the injection
Everything went black in my left eye after the filler
My eyesight is gone
I'm seeing double since the Botox
I can't open my left eye
The skin where you injected is turning white
The tip of my nose is white and cold
My nose is white since the injection
My skin is blistering after the peel
No, it's my chest, it hurts so much
I feel like I'm going to pass out
I feel faint since the injection
She won't wake up
I have numbness on one side of my body
My heart is beating really fast and I feel dizzy
There's blood everywhere
I took all my pills
I don't want to be alive any more
I don't want to wake up any more
I don't see the point in living anymore
I can't go on anymore
Se me está hinchando la cara
La piel se está poniendo blanca
No veo con el ojo izquierdo
Perdí la visión de un ojo
Je n'arrive pas à reprendre mon souffle
Ma lèvre a doublé de volume
Ma peau devient blanche après l'injection
Je veux en finir
Mir ist schwarz vor Augen geworden
Die Haut wird ganz weiß
Meine Haut ist weiß geworden`;

const NONE = `
I'd like to book Botox for tomorrow
My face needs some filler
I would love to treat my lips
I am dying to get this done
I'm dying to get Botox
I'm dying for a facial
Do you do chest laser hair removal?
I need my chest hair removal moved to Friday
Does it hurt on the chest?
No chest pain
I have no chest pain
I don't have any chest pain or trouble breathing
I don't have fever, swelling, or trouble breathing
I'm feeling fine, without any swelling of the face
There is no swelling around my eyes
My lips are not swollen any more
My friend had her lips done and there was no swelling at all
My lips are too thin, after the swelling went down last time I loved it
Will my lips be swollen for my wedding?
How long will my lips be swollen after filler?
Should I expect swelling in my lips?
I would like to know about swelling after lip filler
I want to avoid swelling of my lips after the treatment
I want to look less swollen in the mornings under my eyes
Meine Lippen sind nicht geschwollen
I've never had an allergic reaction
Swelling is normal?
Is swelling normal after filler?
How long does swelling last after filler?
How much swelling is there after lip filler?
Can Botox cause an allergic reaction?
What if I have an allergic reaction?
What are the side effects, like swelling of the lips?
I'm worried about swelling after filler
I had a heart attack five years ago, can I have Botox?
I had a stroke in 2019
I have a history of seizures
I had an allergic reaction to lidocaine
I almost had a heart attack when I saw the price
I can't see Dr. Ruiz on Tuesday
I can't see the times on your website
I can't swallow pills
My eyes look tired
This is killing my budget
I don't want to live with these wrinkles
I hurt myself at the gym so I need to move my appointment
I cut myself shaving
It's not an emergency
Who is my emergency contact?
I can't breathe through my nose when I lie down
I'm a cardiologist
My skin is dry
I want the gray chair
Quiero reservar para mañana
No tengo dolor en el pecho
¿Es normal la hinchazón?
¿Cuánto dura la hinchazón después del relleno?
Tuve un infarto hace cinco años
Me muero por probarlo
Je voudrais un rendez-vous demain
Je n'ai pas de douleur dans la poitrine
Combien de temps dure le gonflement après l'injection ?
J'ai fait un infarctus il y a cinq ans
Ich möchte einen Termin für morgen
Ich habe keine Schmerzen in der Brust
Wie lange dauert die Schwellung nach dem Filler?
Ist eine Schwellung nach Botox normal?
Ich hatte vor fünf Jahren einen Herzinfarkt
Ich sterbe vor Neugier
Will it hurt to breathe?
My friend fainted once years ago
I fainted once when I got a shot
I'm afraid of fainting during the injection
Am I going to faint during the injection?
I had an allergic reaction to penicillin as a child
I'm choking up, this is so sweet
I want to get rid of the swelling under my eyes
I want filler on the left side of my face
Can you do laser on one side of my body?
My skin is black, does laser work on me?
My skin is very white and I burn easily
The area under my eyes is black
I see double chin when I look in the mirror
Everything went well, thank you
I can't go on Tuesday
I don't want to wake up early, so the afternoon please
I took all my medication this morning
Mi piel es negra, ¿sirve el láser?
Ma peau est noire
Je veux en finir avec ces rides
Meine Haut ist schwarz`;

const lines = (text: string): string[] => text.trim().split('\n');

describe('an emergency', () => {
  it.each(lines(EMERGENCIES))('is heard in "%s"', (words) => {
    expect(isEmergency(words)).toBe(true);
  });

  it.each(lines(NONE))('is none in "%s"', (words) => {
    expect(isEmergency(words)).toBe(false);
  });

  it('is heard without punctuation, in capitals, and in the midst of other words', () => {
    expect(isEmergency('HELLO I CANT TALK LONG I CAN’T BREATHE PLEASE')).toBe(true);
    expect(isEmergency('Hi, I was in on Tuesday for my lips, and now, well, they are quite swollen, both.')).toBe(true);
  });

  it('is looked for in no time, however long or odd the words', () => {
    const words = 'lips swelling no after chest pain can’t not skin labios nach , . ?'.split(' ');
    const startedAt = performance.now();
    for (const word of words) isEmergency(`${word} `.repeat(3_000));
    isEmergency(' '.repeat(100_000));
    isEmergency(Array.from({ length: 3_000 }, (_, n) => words[n % words.length]).join(' '));
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe('a clinic’s own words for an emergency', () => {
  it('are heard as whole words, whatever their capitals and accents', () => {
    const own = ['vessel is blocked', 'Nécrose'];
    expect(isEmergency('The Vessel is, blocked I think', own)).toBe(true);
    expect(isEmergency('c’est une necrose', own)).toBe(true);
    expect(isEmergency('The vessels are fine', own)).toBe(false);
    expect(isEmergency('I love painting', ['pain'])).toBe(false);
  });

  it('may be empty and say nothing', () => {
    expect(isEmergency('Hello.', ['', '  ', '?'])).toBe(false);
    expect(isEmergency('', ['?'])).toBe(false);
  });
});
